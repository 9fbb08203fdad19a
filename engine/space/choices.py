"""Other choices for a categorical parameter: fewer, or new ones."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from engine.core.model import Value

from .parameters import CategoricalParameter
from .values import plain_value, same_value
from .wording import value_text

_MOST = 10_000


def with_choices(parameter: CategoricalParameter, given: Sequence[Value]) -> CategoricalParameter:
    """The parameter with these values, in this order. Raises ValueError."""
    name = parameter.name
    values = tuple(_spelt(parameter, value) for value in given)
    if not values:
        raise ValueError(f"{name} needs at least one choice")
    if len(values) > _MOST:
        raise ValueError(f"{name}: {len(values)} choices are too many; at most {_MOST}")
    for i, value in enumerate(values):
        if any(same_value(value, other) for other in values[:i]):
            raise ValueError(f"{name} lists {value_text(value)} twice")
    weights = _weights(parameter, values)
    return replace(parameter, values=values, probabilities=weights)


def _spelt(parameter: CategoricalParameter, value: Value) -> Value:
    try:
        return parameter.admit(value)
    except ValueError:
        pass
    try:
        return plain_value(value)
    except ValueError as error:
        raise ValueError(f"a choice of {parameter.name} {error}") from None


def _weights(parameter: CategoricalParameter, values: Sequence[Value]) -> tuple[float, ...] | None:
    """Keep the proportions of the choices that stay; a new one weighs as much as their mean."""
    if parameter.probabilities is None:
        return None
    known = list(zip(parameter.values, parameter.probabilities, strict=True))
    kept = [next((p for v, p in known if same_value(v, value)), None) for value in values]
    having = [p for p in kept if p is not None]
    mean = sum(having) / len(having) if having else 1.0
    weights = [mean if p is None else p for p in kept]
    total = sum(weights)
    if total <= 0:
        raise ValueError(f"{parameter.name}: all of these have probability 0 and are never drawn")
    if abs(total - 1.0) < 1e-12:
        return tuple(weights)
    return tuple(w / total for w in weights)

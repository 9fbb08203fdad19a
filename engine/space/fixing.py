"""At which value a parameter can be fixed: one of its kind, though it may lie outside its range."""

from __future__ import annotations

from contextlib import suppress
from math import isfinite

from engine.core.model import Value

from .bounds import is_log
from .parameters import (
    CategoricalParameter,
    FixedParameter,
    FloatParameter,
    IntParameter,
    Parameter,
    QuantisedParameter,
)
from .values import plain_value
from .wording import value_text


def fixed_value(parameter: Parameter, origin: Parameter, value: Value) -> Value:
    """Spell a value to fix `parameter` at, which was `origin` at first. Raises ValueError."""
    kind = origin if isinstance(parameter, FixedParameter) else parameter
    if isinstance(kind, FixedParameter):
        return _plain(kind.name, value)
    if isinstance(kind, CategoricalParameter):
        return _choice(kind, origin, value)
    number = _number(kind.name, value)
    if is_log(kind) and number <= 0:
        raise ValueError(f"{kind.name} is searched on a log scale: its value must be above 0")
    return _of_kind(kind, number)


def _of_kind(kind: FloatParameter | IntParameter | QuantisedParameter, number: float) -> Value:
    if isinstance(kind, FloatParameter):
        return float(number)
    if isinstance(kind, IntParameter):
        if number != int(number):
            raise ValueError(f"{kind.name} is an integer, which {number!r} is not")
        return int(number)
    steps = round(number / kind.q)
    if abs(number / kind.q - steps) > 1e-9 * max(1.0, abs(steps)):
        raise ValueError(f"{kind.name} goes in steps of {kind.q}, and {number!r} is no multiple")
    return kind.steps.value(steps)


def _choice(kind: CategoricalParameter, origin: Parameter, value: Value) -> Value:
    for known in (kind, origin):
        if isinstance(known, CategoricalParameter):
            with suppress(ValueError):
                return known.admit(value)
    listed = ", ".join(value_text(v) for v in kind.values[:12])
    raise ValueError(f"{value_text(value)} is none of the choices of {kind.name}: {listed}")


def _number(name: str, value: Value) -> float:
    number: float = value
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{name} is a number, which {value_text(value)!r} is not")
    return number


def _plain(name: str, value: Value) -> Value:
    try:
        return plain_value(value)
    except ValueError as error:
        raise ValueError(f"{name}: the value {error}") from None

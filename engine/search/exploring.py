"""Explore: a child's values from its parent's, inside the space as it is now.

As Ray Tune's PopulationBasedTraining does: a number is scaled, a choice moves to a neighbour, and
now and then a value is drawn afresh.
"""

from __future__ import annotations

from random import Random

from engine.core.model import Params, Value
from engine.space.bounds import ends
from engine.space.distributions import clip
from engine.space.parameters import (
    CategoricalParameter,
    FixedParameter,
    FloatParameter,
    IntParameter,
    QuantisedParameter,
    SearchedParameter,
)
from engine.space.space import Space, active
from engine.space.values import same_value
from engine.space.wording import number_text, value_text

from .evolution_options import EvolutionOptions

Stepped = IntParameter | QuantisedParameter


def explore(
    space: Space, parent: Params, options: EvolutionOptions, rng: Random
) -> tuple[Params, str]:
    """Give a child's configuration, and what it has otherwise than its parent.

    A parameter that comes into play with a changed condition is drawn; one outside its range goes
    to the nearest end.
    """
    params: Params = {}
    changes: list[str] = []
    for p in space.parents_first:
        if not active(p, params):
            continue
        if isinstance(p, FixedParameter):
            params[p.name] = p.value
            continue
        params[p.name], change = _explored(p, parent, options, rng)
        if change:
            changes.append(change)
    return space.admit(params), ", ".join(changes) or "unchanged"


def afresh(space: Space, rng: Random) -> Params:
    """Draw a configuration from the space's distributions."""
    return space.decode([rng.random() for _ in range(space.dimension)])


def _explored(
    p: SearchedParameter, parent: Params, options: EvolutionOptions, rng: Random
) -> tuple[Value, str]:
    old: Value = parent.get(p.name)
    if p.name not in parent or not _is_of(p, old):
        drawn = p.decode(rng.random())
        return drawn, f"{p.name} {_text(drawn)} drawn"
    if options.perturb is not None and p.name not in options.perturb:
        new = _nearest(p, old)
    elif rng.random() < options.resample:
        drawn = p.decode(rng.random())
        return drawn, f"{p.name} {_text(old)} to {_text(drawn)} drawn"
    elif isinstance(p, CategoricalParameter):
        new = _neighbour(p, old, rng)
    else:
        new = _scaled(p, old, _factor(options, rng), rng)
    return new, _change(p, old, new)


def _is_of(p: SearchedParameter, value: Value) -> bool:
    """Whether a value can be one of the parameter's, or go to its nearest end."""
    if isinstance(p, CategoricalParameter):
        return any(same_value(value, v) for v in p.values) and p.index(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _factor(options: EvolutionOptions, rng: Random) -> float:
    if options.ratio is not None:
        return rng.uniform(1.0 - options.ratio, 1.0 + options.ratio)
    return rng.choice(options.factors)


def _neighbour(p: CategoricalParameter, value: Value, rng: Random) -> Value:
    """The choice before or after, as they were written; at an end it may stay."""
    index = p.index(value) or 0
    return p.at(min(p.count - 1, max(0, index + rng.choice((-1, 1)))))


def _scaled(p: FloatParameter | Stepped, value: Value, factor: float, rng: Random) -> int | float:
    """The value times the factor. A step at least where values come in steps; what is 0 cannot be
    scaled, and is drawn."""
    if value == 0:
        return p.decode(rng.random())
    if isinstance(p, FloatParameter):
        return clip(value * factor, *ends(p))
    start = _place(p, value)
    moved = _place(p, value * factor)
    if moved == start and factor != 1.0:
        moved += 1 if (factor > 1.0) == (value > 0) else -1
    return p.at(min(p.count - 1, max(0, moved)))


def _nearest(p: SearchedParameter, value: Value) -> Value:
    if isinstance(p, CategoricalParameter):
        return value
    if isinstance(p, FloatParameter):
        return clip(value, *ends(p))
    return p.at(_place(p, value))


def _place(p: Stepped, number: float) -> int:
    """Which of its values is nearest to a number, counted from 0."""
    if isinstance(p, QuantisedParameter):
        return p.steps.nearest(number) - p.steps.first
    return round(clip(number, p.low, p.high)) - p.low


def _change(p: SearchedParameter, old: Value, new: Value) -> str:
    if same_value(old, new):
        return ""
    if isinstance(p, FloatParameter) and old != 0 and new != 0:
        return f"{p.name} x{new / old:.3g}"
    return f"{p.name} {_text(old)} to {_text(new)}"


def _text(value: Value) -> str:
    return number_text(value) if isinstance(value, float) else value_text(value)

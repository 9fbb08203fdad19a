"""Edits of a space: each gives a new space, or says in a sentence why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from engine.core.edits import (
    Edit,
    Fix,
    Free,
    SetChoices,
    SetRange,
    SetScale,
    TopRange,
    UseVersion,
)
from engine.core.model import Params

from .bounds import Numeric, ends, is_log, with_range
from .boxes import LEAST, boxed, values_of_best
from .choices import with_choices
from .distributions import LogUniform, Uniform
from .faults import named, nearest
from .fixing import fixed_value
from .parameters import (
    CategoricalParameter,
    FixedParameter,
    IntParameter,
    Parameter,
    SearchedParameter,
)
from .space import Space
from .values import same_value
from .wording import value_text


def edit(space: Space, first: Space, edits: Sequence[Edit], best: Sequence[Params]) -> Space:
    """Carry edits out, one after the other. `best` are configurations, the best first.

    `first` is the space the sweep began with. The version stays. Raises ValueError, also for an
    edit that changes nothing.
    """
    for one in edits:
        after = _EDITS[type(one)](space, first, one, best)
        if after == space:
            raise ValueError(_nothing_changed(one, len(best)))
        space = after
    return space


def _nothing_changed(one: Edit, ranked: int) -> str:
    match one:
        case TopRange(count=count, parameter=None):
            return f"the box of the {min(count, ranked)} best trials is the whole space already"
        case TopRange(count=count, parameter=name):
            box = f"the box of the {min(count, ranked)} best trials"
            return f"{name}: {box} is the whole range already"
    return f"{getattr(one, 'parameter', 'the space')} is searched that way already"


def _set_range(space: Space, first: Space, one: SetRange, best: Sequence[Params]) -> Space:
    parameter = _numeric(_searched(space, first, one.parameter))
    low, high = ends(parameter)
    low, high = low if one.low is None else one.low, high if one.high is None else one.high
    if (low, high) == ends(parameter):
        return _with(space, parameter)
    return _with(space, with_range(parameter, low, high))


def _top_range(space: Space, first: Space, one: TopRange, best: Sequence[Params]) -> Space:
    if one.parameter is not None:
        return _with(space, boxed(_numeric(_known(space, one.parameter)), one.count, best))
    numeric = [p for p in space.searched if isinstance(p, Numeric)]
    if not numeric:
        raise ValueError("no numeric parameter is searched: there is no range to narrow")
    found = [p for p in numeric if len(values_of_best(p, one.count, best)) >= LEAST]
    for parameter in found or numeric[:1]:
        space = _with(space, boxed(parameter, one.count, best))
    return space


def _set_choices(space: Space, first: Space, one: SetChoices, best: Sequence[Params]) -> Space:
    parameter = _searched(space, first, one.parameter)
    if not isinstance(parameter, CategoricalParameter):
        raise ValueError(f"{parameter.name} is a number: give it a range instead of choices")
    return _with(space, with_choices(parameter, one.values))


def _fix(space: Space, first: Space, one: Fix, best: Sequence[Params]) -> Space:
    parameter = _known(space, one.parameter)
    origin = _by_name(first).get(one.parameter, parameter)
    value = fixed_value(parameter, origin, one.value)
    if isinstance(parameter, FixedParameter) and same_value(parameter.value, value):
        return space
    fixed = FixedParameter(name=parameter.name, when=parameter.when, value=value)
    return _with(space, fixed)


def _free(space: Space, first: Space, one: Free, best: Sequence[Params]) -> Space:
    parameter = _known(space, one.parameter)
    origin = _by_name(first).get(one.parameter)
    if origin is None or isinstance(origin, FixedParameter):
        text = f"{parameter.name} is fixed in the config: it was never searched"
        raise ValueError(text)
    return _with(space, origin)


def _set_scale(space: Space, first: Space, one: SetScale, best: Sequence[Params]) -> Space:
    parameter = _numeric(_known(space, one.parameter))
    if is_log(parameter) == (one.scale == "log"):
        return space
    low = ends(parameter)[0]
    if one.scale == "log" and low <= 0:
        text = f"{parameter.name} goes down to {low:g}: a log scale needs a range above 0"
        raise ValueError(text)
    if isinstance(parameter, IntParameter):
        return _with(space, replace(parameter, scale=one.scale))
    kind = LogUniform if one.scale == "log" else Uniform
    shape = parameter.distribution
    return _with(space, replace(parameter, distribution=kind(low=shape.low, high=shape.high)))


def _use_version(space: Space, first: Space, one: UseVersion, best: Sequence[Params]) -> Space:
    raise ValueError("another version of the space is made current by itself, not with edits")


def _known(space: Space, name: str) -> Parameter:
    found = _by_name(space).get(name)
    if found is None:
        near = nearest(name, [p.name for p in space.parameters])
        hint = f"; did you mean {near}?" if near else ""
        raise ValueError(f"{named(name)} is no parameter of this sweep{hint}")
    return found


def _searched(space: Space, first: Space, name: str) -> SearchedParameter:
    """The parameter as it is searched, or was before an edit fixed it."""
    found = _known(space, name)
    if isinstance(found, FixedParameter):
        origin = _by_name(first).get(name)
        if origin is None or isinstance(origin, FixedParameter):
            raise ValueError(f"{name} is fixed in the config: it was never searched")
        return origin
    return found


def _numeric(parameter: Parameter) -> Numeric:
    name = parameter.name
    if isinstance(parameter, CategoricalParameter):
        raise ValueError(f"{name} lists values: change its choices instead of a range")
    if isinstance(parameter, FixedParameter):
        raise ValueError(f"{name} is fixed at {value_text(parameter.value)}: free it first")
    return parameter


def _by_name(space: Space) -> dict[str, Parameter]:
    return {p.name: p for p in space.parameters}


def _with(space: Space, changed: Parameter) -> Space:
    parameters = tuple(changed if p.name == changed.name else p for p in space.parameters)
    return replace(space, parameters=parameters)


_EDITS: dict[type, Callable[[Space, Space, Any, Sequence[Params]], Space]] = {
    SetRange: _set_range,
    TopRange: _top_range,
    SetChoices: _set_choices,
    Fix: _fix,
    Free: _free,
    SetScale: _set_scale,
    UseVersion: _use_version,
}

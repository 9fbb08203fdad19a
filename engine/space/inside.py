"""Whether configurations lie in a space: a test made once, and fast over thousands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.core.model import Params, Value

from .bounds import ends
from .parameters import CategoricalParameter, FixedParameter, IntParameter, Parameter
from .space import Space
from .values import same_value


def inside(space: Space) -> Callable[[Params], bool]:
    """Give the test whether a configuration lies in `space`.

    Each value counts that the configuration has, also of what an edit fixed. (What a stage sets
    otherwise is no part of a trial's configuration.) Values must have the kinds of the space's
    parameters, as those of all trials do: a number where one is searched.
    """
    tests = [(p.name, _test(p)) for p in space.parameters]

    def is_inside(params: Params) -> bool:
        return all(name not in params or test(params[name]) for name, test in tests)

    return is_inside


def _test(p: Parameter) -> Callable[[Value], bool]:
    if isinstance(p, FixedParameter | CategoricalParameter):
        return _one_of([p.value] if isinstance(p, FixedParameter) else p.values)
    low, high = ends(p)
    if isinstance(p, IntParameter):
        return lambda value: low <= value <= high and value == int(value)
    return lambda value: bool(low <= value <= high)


def _one_of(values: Sequence[Value]) -> Callable[[Value], bool]:
    """Test by a look into a set; what cannot be in one, such as a list, is compared."""
    scalars = {_told_apart(v) for v in values if not isinstance(v, list | dict)}
    others = [v for v in values if isinstance(v, list | dict)]

    def is_one(value: Value) -> bool:
        if isinstance(value, list | dict):
            return any(same_value(value, other) for other in others)
        return _told_apart(value) in scalars

    return is_one


def _told_apart(value: Value) -> tuple[bool, Value]:
    """1 is 1.0, but True is neither."""
    return isinstance(value, bool), value

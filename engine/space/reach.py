"""Which conditional parameters can still apply, now that their parents' choices were edited."""

from __future__ import annotations

from engine.core.model import Value

from .parameters import CategoricalParameter, Condition, Parameter
from .space import Space


def never_applying(space: Space) -> set[str]:
    """Name the parameters whose conditions no configuration of the space can meet."""
    never: set[str] = set()
    for p in space.parents_first:
        if any(c.parameter in never or not reachable(space, c) for c in p.when):
            never.add(p.name)
    return never


def reachable(space: Space, condition: Condition) -> list[Value]:
    """The values of a condition that its parent can still have."""
    parent = space.parameter(condition.parameter)
    return [value for value in condition.values if _drawn(parent, value)]


def _drawn(parent: Parameter, value: Value) -> bool:
    try:
        parent.admit(value)
    except ValueError:
        return False
    return not isinstance(parent, CategoricalParameter) or parent.index(value) is not None

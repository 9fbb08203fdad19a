"""The order in which conditional parameters can be decided."""

from __future__ import annotations

from collections.abc import Sequence

from .parameters import Parameter


def parents_first(parameters: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """Put each conditional parameter right after the last of its parents; the rest as written.

    Raises ValueError if conditions go in a circle or name no parameter.
    """
    ordered: dict[str, Parameter] = {}
    stack = [p for p in reversed(parameters) if not p.when]
    while stack:
        p = stack.pop()
        ordered[p.name] = p
        stack += [c for c in reversed(parameters) if _waits_last_for(p.name, c, ordered)]
    if len(ordered) < len(parameters):
        raise ValueError("conditions go in a circle, or name no parameter")
    return tuple(ordered.values())


def circle(name: str, parents: dict[str, list[str]]) -> list[str]:
    """Give a path of names from `name` through its parents back to it, empty if there is none."""
    paths = [[name]]
    visited: set[str] = set()
    while paths:
        path = paths.pop()
        for parent in parents.get(path[-1], ()):
            if parent == name:
                return [*path, name]
            if parent not in visited:
                visited.add(parent)
                paths.append([*path, parent])
    return []


def _waits_last_for(parent: str, child: Parameter, ordered: dict[str, Parameter]) -> bool:
    names = {c.parameter for c in child.when}
    return parent in names and names <= ordered.keys()

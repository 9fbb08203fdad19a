"""How a round of an evolution is told: in the history, and to those who make way."""

from __future__ import annotations

from collections.abc import Sequence

from .evolution import Child
from .history import named
from .model import trial_name


def told(number: int, rounds: int, survivors: Sequence[int], children: Sequence[Child]) -> str:
    """'round 3 of 10 begins: t0002, t0005 go on; born: t0031 of t0002, t0032 of t0005'."""
    born = ", ".join(_born(child) for child in children[:8])
    more = f" and {len(children) - 8} more" if len(children) > 8 else ""
    going_on = f"{named(tuple(survivors))} go{'es' * (len(survivors) == 1)} on"
    parts = [going_on if survivors else "nobody has a result to go on from"]
    return f"round {number} of {rounds} begins: {'; '.join([*parts, f'born: {born}{more}'])}"


def placed(place: int, members: int, number: int, heir: Child | None) -> str:
    """'evolution: 7th of 8 in round 3; t0031, a child of t0002, takes its place'."""
    where = f"evolution: {_ordinal(place)} of {members} in round {number}"
    if heir is None:
        return f"{where}; the population is full"
    parent = f", a child of {trial_name(heir.parent)}," if heir.parent is not None else ""
    return f"{where}; {trial_name(heir.number)}{parent} takes its place"


def _born(child: Child) -> str:
    of = f" of {trial_name(child.parent)}" if child.parent is not None else " drawn afresh"
    return f"{trial_name(child.number)}{of}"


def _ordinal(number: int) -> str:
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"

"""The rungs of successive halving: steps in geometric progression."""

from __future__ import annotations

_ROUNDING = 1e-9
"""So that three times a third is one, whatever the last digit of a reduction."""


def rung(first: int, reduction: float, index: int) -> int:
    """The step of a rung, counted from 0: `first * reduction**index`, rounded down."""
    return int(first * reduction**index * (1 + _ROUNDING))


def rungs_within(first: int, reduction: float, after: int, last: int) -> list[int]:
    """The rungs beyond `after` and up to `last`, ascending."""
    found: list[int] = []
    index, step = 0, first
    while step <= last:
        if step > after and (not found or step > found[-1]):
            found.append(step)
        index += 1
        step = rung(first, reduction, index)
    return found


def how_many(first: int, reduction: float, last: int) -> int:
    """How many steps of the progression lie up to `last`; at least 1."""
    index = 1
    while rung(first, reduction, index) <= last:
        index += 1
    return index


def going_on(count: int, reduction: float) -> int:
    """How many of `count` trials at a rung are its best 1/reduction, rounded down."""
    return int(count / reduction * (1 + _ROUNDING))

"""Which rows a viewer is sent first: those that fill its table, so that it can paint at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nsmallest
from math import inf
from typing import Any, Protocol, TypeVar

FIRST = 128
"""Rows of the first part of a snapshot: more than the tallest terminals show."""


class Standing(Protocol):
    """What says how much a row matters."""

    @property
    def state(self) -> str:
        """The trial's state."""

    @property
    def best(self) -> float | None:
        """Its best objective."""


Row = TypeVar("Row")


def in_parts(
    rows: Sequence[Row], standings: Sequence[Standing], goal: str, size: int
) -> Iterator[list[Row]]:
    """Cut rows into parts of at most `size`, the first of them small.

    It holds what runs, then the best, by its standings; the others follow in their order. At least
    one part, which may be empty.
    """
    if len(rows) <= FIRST:
        yield [*rows]
        return
    first = _leading(standings, goal)
    yield [rows[place] for place in first]
    taken = set(first)
    rest = [row for place, row in enumerate(rows) if place not in taken]
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


def _leading(standings: Sequence[Standing], goal: str) -> list[int]:
    sign = 1.0 if goal == "minimize" else -1.0

    def rank(place: int) -> tuple[bool, float]:
        best: Any = standings[place].best
        missing = best is None or best != best
        return standings[place].state != "running", inf if missing else sign * best

    return nsmallest(FIRST, range(len(standings)), key=rank)

"""Straight lines between dots, as upright strokes: one for each column of dots they cross."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

Dot = tuple[int, int]
Stroke = tuple[int, int, int]
"""A column, and its dots from the upper to the lower one, both included."""


def pairs(dots: Sequence[Dot | None]) -> list[tuple[Dot, Dot]]:
    """Give the neighbours that a line joins; None is a gap."""
    return [(a, b) for a, b in pairwise(dots) if a is not None and b is not None]


def reach(dots: Sequence[Dot | None], width: int) -> Iterable[Stroke]:
    """Join dots, in the order of x; give what the line covers of each column."""
    low: dict[int, int] = {}
    high: dict[int, int] = {}
    for dot in dots:
        if dot is not None:
            x, y = dot
            if y < low.get(x, y + 1):
                low[x] = y
            if y > high.get(x, y - 1):
                high[x] = y
    for here, there in pairs(dots):
        for x, upper, lower in strokes(here, there, width):
            if upper < low.get(x, upper + 1):
                low[x] = upper
            if lower > high.get(x, lower - 1):
                high[x] = lower
    return ((x, low[x], high[x]) for x in low)


def strokes(start: Dot, end: Dot, width: int) -> list[Stroke]:
    """Join two dots, one dot thick, within `width` columns; `start` is not right of `end`."""
    (x0, y0), (x1, y1) = start, end
    if x1 - x0 <= 1:
        return _short(start, end)
    slope = (y1 - y0) / (x1 - x0)
    columns = range(max(x0, 0), min(x1, width - 1) + 1)
    if abs(slope) <= 1:
        heights = (round(y0 + (x - x0) * slope) for x in columns)
        return [(x, y, y) for x, y in zip(columns, heights, strict=True)]
    down = 1 if y1 > y0 else -1
    found: list[Stroke] = []
    for x in columns:
        first = y0 if x == x0 else round(y0 + (x - 0.5 - x0) * slope)
        last = y1 if x == x1 else round(y0 + (x + 0.5 - x0) * slope) - down
        found.append((x, first, last) if down > 0 else (x, last, first))
    return found


def _short(start: Dot, end: Dot) -> list[Stroke]:
    """Join dots in one column, or in two next to each other."""
    (x0, y0), (x1, y1) = start, end
    if x0 == x1:
        return [(x0, y0, y1) if y0 <= y1 else (x0, y1, y0)]
    middle = (y0 + y1) // 2
    if y0 < y1:
        return [(x0, y0, middle), (x1, min(middle + 1, y1), y1)]
    return [(x0, middle + 1, y0), (x1, y1, middle)] if y0 > y1 else [(x0, y0, y0), (x1, y1, y1)]

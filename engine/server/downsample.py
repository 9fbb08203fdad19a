"""Thins curves to what a viewer can draw, without losing what it must see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from operator import attrgetter
from typing import TypeVar

from engine.store.base import Point

FEWEST = 8

Row = TypeVar("Row")
Value = Callable[[Row], float | None]


def thin(points: Sequence[Point], most: int) -> list[Point]:
    """Thin a curve as `thin_rows` does."""
    return thin_rows(points, most, (attrgetter("value"),))


def thin_rows(rows: Sequence[Row], most: int, values: Sequence[Value[Row]]) -> list[Row]:
    """Thin rows with some values each to at most `most` rows (never fewer than 8), in order.

    Kept: the first and the last row and, of each of equally many stretches between, those with the
    lowest and the highest of each value and with one that is no number, or none. So a spike of one
    step is still there; and with two points to a column of cells each column of a single curve
    keeps its own.
    """
    most = max(most, FEWEST)
    if len(rows) <= most:
        return list(rows)
    told = [
        column for column in (_column(rows, value) for value in values) if any(map(_is, column))
    ]
    columns = told or [[None] * len(rows)]
    for telling in range(2, 3 * len(columns) + 1):
        kept = _kept(columns, len(rows), (most - 2) // telling)
        if len(kept) <= most:
            return [rows[i] for i in kept]
    return [rows[0], rows[-1]]


def _column(rows: Sequence[Row], value: Value[Row]) -> list[float | None]:
    return [v if (v := value(row)) is not None and isfinite(v) else None for row in rows]


def _is(value: float | None) -> bool:
    return value is not None


def _kept(columns: Sequence[list[float | None]], count: int, stretches: int) -> list[int]:
    inner = count - 2
    kept = [0]
    for i in range(stretches):
        low, high = 1 + i * inner // stretches, 1 + (i + 1) * inner // stretches
        kept += sorted({place for column in columns for place in _telling(column, low, high)})
    return [*kept, count - 1]


def _telling(column: list[float | None], low: int, high: int) -> list[int]:
    """The places of the lowest, of the highest, and of the first that is no number."""
    numbers = [(v, i) for i, v in enumerate(column[low:high], low) if v is not None]
    telling = [min(numbers)[1], max(numbers, key=lambda seen: seen[0])[1]] if numbers else []
    odd = next((i for i in range(low, high) if column[i] is None), None)
    return telling if odd is None else [*telling, odd]

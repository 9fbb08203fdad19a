"""The trials over one parameter: gathered once a change of the rows, binned once a change of the
picture's size or axis, so that moving a bracket costs cells and not trials."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from operator import itemgetter

from msgspec import Struct

from engine.core.views import TrialView

from .range_axis import Axis

TOP = 10
"""How many of the best trials are marked."""

_ENDED = ("complete", "pruned", "failed")
INFEASIBLE = ("diverged", "oom")


class Cloud(Struct, frozen=True, kw_only=True):
    """Trials over a numeric parameter. `ended` holds (value, objective) of those that ended, the
    last ones the `best`; `infeasible` the values that diverged or ran out of memory; `tried` the
    values of every trial."""

    ended: tuple[tuple[float, float], ...] = ()
    best: tuple[tuple[float, float], ...] = ()
    infeasible: tuple[float, ...] = ()
    tried: tuple[float, ...] = ()


def ranked(rows: Iterable[TrialView], maximize: bool) -> list[TrialView]:
    """Give the best trials that ended, the best first; no more than half, to stand out."""
    scored = [
        (-row.best if maximize else row.best, number, row)
        for number, row in enumerate(rows)
        if row.best is not None and math.isfinite(row.best) and counts(row)
    ]
    most = min(TOP, (len(scored) + 1) // 2)
    return [row for _, _, row in nsmallest(most, scored, key=itemgetter(0, 1))]


def counts(row: TrialView) -> bool:
    return row.state in _ENDED and not is_infeasible(row)


def is_infeasible(row: TrialView) -> bool:
    return row.infeasible or row.failure in INFEASIBLE


def gather(rows: Iterable[TrialView], name: str, best: Sequence[TrialView]) -> Cloud:
    """Gather the trials that have a numeric value of a parameter."""
    stars = {row.id for row in best}
    ended: list[tuple[float, float]] = []
    starred: list[tuple[float, float]] = []
    infeasible: list[float] = []
    tried: list[float] = []
    for row in rows:
        value = row.params.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        tried.append(float(value))
        if row.infeasible or (row.failure in INFEASIBLE and row.state == "failed"):
            infeasible.append(float(value))
        elif row.best is not None and math.isfinite(row.best) and row.state in _ENDED:
            (starred if row.id in stars else ended).append((float(value), row.best))
    return Cloud(
        ended=tuple(ended),
        best=tuple(starred),
        infeasible=tuple(infeasible),
        tried=tuple(tried),
    )


class Grid(Struct, frozen=True, kw_only=True):
    """A cloud on cells. `dots` counts ended trials at (column, row), row 0 on top; `best` are the
    cells of the best; `infeasible` and
    `tried` count by column; `outside` trials lie left and right of the axis."""

    dots: Mapping[tuple[int, int], int]
    best: frozenset[tuple[int, int]]
    infeasible: Mapping[int, int]
    tried: Mapping[int, int]
    outside: tuple[int, int] = (0, 0)


class Span(Struct, frozen=True):
    """The objectives the picture shows, from its bottom to its top."""

    low: float
    high: float

    def row(self, value: float, rows: int) -> int:
        """Give the row of an objective; one off the picture is drawn at its edge."""
        return round((1 - self.share(value)) * (rows - 1))

    def share(self, value: float) -> float:
        """Say how far up an objective lies: 0 at the bottom or below, 1 at the top or above."""
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return min(1.0, max(0.0, share))


def span_of(cloud: Cloud, maximize: bool) -> Span | None:
    """Span the objectives of a cloud."""
    return span_over((y for _, y in (*cloud.ended, *cloud.best)), maximize)


def span_over(objectives: Iterable[float], maximize: bool) -> Span | None:
    """Span every good objective, and the bad ones as long as they do not flatten the good."""
    values = sorted(objectives, reverse=not maximize)
    if not values:
        return None
    worst, best, usual = values[0], values[-1], values[len(values) // 8]
    if abs(worst - best) > 3 * abs(usual - best) > 0:
        worst = usual
    low, high = min(worst, best), max(worst, best)
    if high - low <= abs(high) * 1e-9:
        pad = abs(high) * 0.1 or 1.0
        low, high = low - pad, high + pad
    return Span(low, high)


def binned(cloud: Cloud, axis: Axis, span: Span | None, columns: int, rows: int) -> Grid:
    """Put a cloud on `columns` x `rows` cells."""
    dots: dict[tuple[int, int], int] = {}
    stars: set[tuple[int, int]] = set()
    for points, starred in ((cloud.ended, False), (cloud.best, True)):
        for x, y in points:
            column = column_of(axis, x, columns)
            if span is None or not 0 <= column < columns:
                continue
            cell = (column, span.row(y, rows))
            dots[cell] = dots.get(cell, 0) + 1
            if starred:
                stars.add(cell)
    tried = _by_column(cloud.tried, axis, columns)
    left = sum(n for column, n in tried.items() if column < 0)
    right = sum(n for column, n in tried.items() if column >= columns)
    return Grid(
        dots=dots,
        best=frozenset(stars),
        infeasible=_on_axis(_by_column(cloud.infeasible, axis, columns), columns),
        tried=_on_axis(tried, columns),
        outside=(left, right),
    )


def _by_column(values: Iterable[float], axis: Axis, columns: int) -> dict[int, int]:
    counts: dict[int, int] = {}
    for value in values:
        column = column_of(axis, value, columns)
        counts[column] = counts.get(column, 0) + 1
    return counts


def _on_axis(counts: Mapping[int, int], columns: int) -> dict[int, int]:
    return {column: n for column, n in counts.items() if 0 <= column < columns}


def column_of(axis: Axis, value: float, columns: int) -> int:
    """Give the column of a value; below 0 or past the last one where it lies off the axis."""
    share = axis.share(value)
    if not -1.0 < share < 2.0:
        return -1 if share < 0 else columns
    return round(share * (columns - 1))


def objectives(rows: Iterable[TrialView]) -> list[float]:
    """Give the best objective of every trial that ended with one."""
    scores = [row.best for row in rows if row.best is not None and counts(row)]
    return [score for score in scores if math.isfinite(score)]

"""Reads values off a plot, and smooths curves."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable

from .base import Plot, Point, Series


def smoothed(points: Iterable[Point], weight: float) -> tuple[Point, ...]:
    """Smooth a curve: each value gives `weight` (0 to below 1) to what came before it.

    An exponential moving average with its bias towards 0 corrected, as TensorBoard draws it
    (`tf-line-chart.ts`, `smoothingAverage`). What is no number stays so and counts for nothing.
    """
    kept = min(max(weight, 0.0), 0.999)
    mean, share = 0.0, 0.0
    out: list[Point] = []
    for x, y in points:
        if y is None or not math.isfinite(y):
            out.append((x, y))
            continue
        mean = mean * kept + y * (1 - kept)
        share = share * kept + (1 - kept)
        out.append((x, mean / share))
    return tuple(out)


def values_at(plot: Plot, x: float) -> list[Point | None]:
    """Give each series' point nearest to `x`; None for a series without points."""
    return [_nearest(series, x) for series in plot.series]


def stepped(plot: Plot, x: float | None, steps: int) -> float | None:
    """Give the x that lies so many points from `x`, over all series; None without points.

    From None it comes in at the end that it moves away from.
    """
    every = sorted({px for series in plot.series for px, _ in series.points})
    if not every:
        return None
    if x is None:
        return every[-1] if steps < 0 else every[0]
    at = bisect_left(every, x)
    between = at == len(every) or every[at] != x
    at += steps - (1 if between and steps > 0 else 0)
    return every[min(max(0, at), len(every) - 1)]


def _nearest(series: Series, x: float) -> Point | None:
    return min(series.points, key=lambda point: abs(point[0] - x), default=None)

"""Thins curves to what a viewer can draw, without losing what it must see."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from engine.store.base import Point

FEWEST = 8


def thin(points: Sequence[Point], most: int) -> list[Point]:
    """Thin a curve to at most `most` points (never fewer than 8), in order.

    Kept: the first and the last point and, of each of equally many stretches between, the lowest,
    the highest and one that is no number. So a spike of one step is still there; and with two
    points to a column of cells each column keeps its own.
    """
    most = max(most, FEWEST)
    if len(points) <= most:
        return list(points)
    kept = _kept(points, (most - 2) // 2)
    return kept if len(kept) <= most else _kept(points, (most - 2) // 3)


def _kept(points: Sequence[Point], buckets: int) -> list[Point]:
    inner = len(points) - 2
    kept = [points[0]]
    for i in range(buckets):
        low, high = 1 + i * inner // buckets, 1 + (i + 1) * inner // buckets
        kept += _telling(points[low:high])
    return [*kept, points[-1]]


def _telling(bucket: Sequence[Point]) -> list[Point]:
    chosen: dict[int, Point] = {}
    finite = [i for i, point in enumerate(bucket) if isfinite(point.value)]
    if finite:
        for i in (
            min(finite, key=lambda i: bucket[i].value),
            max(finite, key=lambda i: bucket[i].value),
        ):
            chosen[i] = bucket[i]
    odd = next((i for i, point in enumerate(bucket) if not isfinite(point.value)), None)
    if odd is not None:
        chosen[odd] = bucket[odd]
    return [chosen[i] for i in sorted(chosen)]

"""What a trial's curves can be drawn over: epochs, a metric that counts steps, time at work."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from engine.core.views import AttemptView
from tui_tuner.plot import Axis, Point

from .line import plain
from .numbers import duration, short

Reports = Mapping[str, Sequence[tuple[int, float | None, float]]]
"""By metric: (step, value, when it was reported)."""

_COUNTERS = frozenset(
    {
        *("epoch", "epochs", "step", "steps", "iter", "iters", "iteration", "iterations"),
        *("batch", "batches", "update", "updates", "sample", "samples", "tokens", "examples"),
    }
)


class XAxis(Struct, frozen=True):
    """What lies along the lower axis; `title` names the metric where it is one."""

    kind: Literal["epoch", "metric", "wall"] = "epoch"
    title: str = "epoch"

    @property
    def axis(self) -> Axis:
        """As a plot has it."""
        if self.kind == "wall":
            return Axis(unit="seconds", title=self.title, low=0.0)
        return Axis(unit="steps", title=plain(self.title, 24))

    def text(self, x: float) -> str:
        """Write a place on it: 'epoch 7', '1m04', 'step 12000'."""
        if self.kind == "wall":
            return duration(x)
        return f"{plain(self.title, 24)} {int(x) if x == int(x) else short(x, 4)}"


def x_axes(reports: Reports) -> tuple[XAxis, ...]:
    """Give every axis there is something for: epochs, what counts, time at work."""
    counters = (XAxis("metric", name) for name in counting(reports))
    return (XAxis(), *counters, XAxis("wall", "time at work"))


def counting(reports: Reports) -> list[str]:
    """Name the metrics that are called like counters and grow with each report."""
    return [name for name, points in reports.items() if _is_called_so(name) and _grows(points)]


def placed(
    reports: Reports, metric: str, axis: XAxis, attempts: Sequence[AttemptView], now: float
) -> tuple[Point, ...]:
    """Give the points of a metric over an axis, in the order of the axis."""
    points = reports.get(metric, ())
    if axis.kind == "epoch":
        return tuple((float(step), value) for step, value, _ in points)
    if axis.kind == "wall":
        return tuple((at_work_s(attempts, at, now), value) for _, value, at in points)
    counts = [(step, count) for step, count, _ in reports.get(axis.title, ()) if count is not None]
    found = ((_between(counts, step), value) for step, value, _ in points)
    return tuple((x, value) for x, value in found if x is not None)


def at_work_s(attempts: Sequence[AttemptView], at: float, now: float) -> float:
    """Give the seconds that attempts had run by a time: what lies between them does not count."""
    return sum(
        min(max(0.0, at - attempt.started_at), (attempt.ended_at or now) - attempt.started_at)
        for attempt in attempts
    )


def _is_called_so(name: str) -> bool:
    words = name.lower().replace("/", "_").replace(".", "_").replace("-", "_").split("_")
    return words[-1] in _COUNTERS


def _grows(points: Sequence[tuple[int, float | None, float]]) -> bool:
    values = [value for _, value, _ in points]
    if len(values) < 2 or any(value is None or not math.isfinite(value) for value in values):
        return False
    return all(a is not None and b is not None and a < b for a, b in pairwise(values))


def _between(counts: Sequence[tuple[int, float]], step: int) -> float | None:
    """Read the counter at a step; between two reports of it, by the straight line."""
    steps = [s for s, _ in counts]
    at = bisect_right(steps, step)
    if at and steps[at - 1] == step:
        return counts[at - 1][1]
    if at == 0 or at == len(counts):
        return None
    (s0, c0), (s1, c1) = counts[at - 1], counts[at]
    return c0 + (c1 - c0) * (step - s0) / (s1 - s0)

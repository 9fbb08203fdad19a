"""Stop what has levelled off: the slope of the curve's end is near zero."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import isfinite

from engine.core.judging import Verdict
from engine.core.model import Report, Trial
from engine.core.peers import Peers

from .base import StoppingRule

FEWEST_POINTS = 3


class Plateau(StoppingRule):
    """The objective hardly changes over `epochs` epochs: it has nothing more to gain.

    A line is fitted to the last `epochs` epochs by least squares. They are a plateau where it rises
    or falls by at most `tolerance` of what the whole curve spans. The span leaves the highest and
    the lowest tenth of the points out, one of each at least: a first loss of a thousand would make
    everything after it look flat. A curve that gets worse is no plateau; see `patience`. Strips of
    epochs to measure progress by: Prechelt, "Early Stopping - But When?" (1998).
    """

    name = "plateau"

    def __init__(self, epochs: int, tolerance: float = 0.01) -> None:
        self.epochs = epochs
        self.tolerance = tolerance

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        start = bisect_right(trial.steps, trial.ranked_after)
        if self.is_moot(trial, report) or peers.metric not in report.metrics:
            return None
        if start >= len(trial.steps):
            return None
        last = trial.steps[-1]
        if last - trial.steps[start] < self.epochs:
            return None
        at = bisect_left(trial.steps, last - self.epochs)
        window, values = trial.steps[at:], trial.values[at:]
        if len(values) < FEWEST_POINTS or not all(map(isfinite, values)):
            return None
        change = abs(_slope(window, values)) * self.epochs
        allowed = self.tolerance * _span(trial.values[start:])
        if change > allowed:
            return None
        return Verdict(
            rule=self.name,
            sentence=(
                f"{peers.metric} changed by {change:.2g} over the last {self.epochs} epochs, "
                f"at most {allowed:.2g} ({self.tolerance:g} of its span); it is at "
                f"{trial.values[-1]:.4g} at epoch {last}"
            ),
            converged=True,
        )

    def describe(self, peers: Peers) -> str | None:
        return f"{self.name}: stops once {peers.metric} is level over {self.epochs} {peers.unit}s"


def _slope(steps: Sequence[int], values: Sequence[float]) -> float:
    """The slope of the least-squares line, a step."""
    count = len(steps)
    step, value = sum(steps) / count, sum(values) / count
    along = sum((s - step) ** 2 for s in steps)
    return sum((s - step) * (v - value) for s, v in zip(steps, values, strict=True)) / along


def _span(values: Sequence[float]) -> float:
    """How far apart the values lie, but for the outermost tenth at each end."""
    ordered = sorted(filter(isfinite, values))
    out = max(1, len(ordered) // 10)
    kept = ordered[out:-out]
    return kept[-1] - kept[0] if kept else 0.0

"""A trial's curve as a model reads it: losses, less of which is better."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import accumulate
from math import inf

from engine.core.model import Goal
from engine.core.observing import Observation

_NO_NUMBER = 1e100
"""Beyond it a mean or a spread of several leaves the range of floats."""


class Curve:
    """An observation's objective as the lowest loss up to each report.

    That is what a trial is judged by in the end, its best checkpoint, and it tells more of a
    configuration than where a noisy curve happens to stand. Infinite where the report itself is no
    usable number: what diverged there has lost what it had.
    """

    def __init__(self, one: Observation, goal: Goal) -> None:
        self.one = one
        self._sign = -1.0 if goal is Goal.MAXIMIZE else 1.0

    @property
    def is_readable(self) -> bool:
        """Whether it has losses that say something of the configuration."""
        return bool(self.one.steps) and self.one.status not in ("infeasible", "failed")

    @property
    def last(self) -> float:
        """The loss up to the last report."""
        return self._loss(-1)

    def at(self, step: float) -> float:
        """The loss up to the first report at `step` or beyond, else up to the last one."""
        at = bisect_left(self.one.steps, step)
        return self._loss(min(at, len(self.one.steps) - 1))

    def reach(self, full: int | None) -> float:
        """The last step it has a loss for; infinity if its last loss is its end.

        `full` is the budget that trials may come to: one that completed less may gain more.
        """
        match self.one.status:
            case "converged":
                return inf
            case "complete" if self.one.budget is None or full is None or self.one.budget >= full:
                return inf
        return self.one.steps[-1]

    def _loss(self, at: int) -> float:
        return self._lowest[at] if abs(self.one.values[at]) < _NO_NUMBER else inf

    @cached_property
    def _lowest(self) -> list[float]:
        losses = (self._sign * v if abs(v) < _NO_NUMBER else inf for v in self.one.values)
        return list(accumulate(losses, min))

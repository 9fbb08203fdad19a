"""A trial's curve as a model reads it: losses, less of which is better."""

from __future__ import annotations

from bisect import bisect_left
from math import inf

from engine.core.model import Goal
from engine.core.observing import Observation

_NO_NUMBER = 1e100
"""Beyond it a mean or a spread of several leaves the range of floats."""


class Curve:
    """An observation's objective as losses; infinite where it is no usable number."""

    def __init__(self, one: Observation, goal: Goal) -> None:
        self.one = one
        self._sign = -1.0 if goal is Goal.MAXIMIZE else 1.0

    @property
    def is_readable(self) -> bool:
        """Whether it has losses that say something of the configuration."""
        return bool(self.one.steps) and self.one.status not in ("infeasible", "failed")

    @property
    def last(self) -> float:
        """The loss of the last report."""
        return self._loss(-1)

    def at(self, step: float) -> float:
        """The loss at the first report at `step` or beyond, else the last one."""
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
        value = self.one.values[at]
        return self._sign * value if abs(value) < _NO_NUMBER else inf

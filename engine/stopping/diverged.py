"""Stop what can no longer recover: NaN, infinity, or an objective far above its start."""

from __future__ import annotations

from math import isfinite

from engine.core.judging import Verdict
from engine.core.model import FailureKind, Goal, Report, Trial
from engine.core.peers import Peers

from .base import StoppingRule


class Diverged(StoppingRule):
    """The objective, or a loss, is no number any more; or a minimised objective exploded.

    "Exploded" is more than `factor` times its first value, for an objective that is minimised
    and started above 0. Losses are the metrics with 'loss' in their name: a network whose loss
    is NaN goes on reporting the accuracy of chance.
    """

    name = "diverged"

    def __init__(self, factor: float = 10.0) -> None:
        self.factor = factor

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        metric = peers.metric
        for name, value in report.metrics.items():
            if not isfinite(value) and (name == metric or "loss" in name.lower()):
                return self._verdict(f"{name} is {value} at step {report.step}")
        objective = report.metrics.get(metric)
        if objective is None or peers.goal is Goal.MAXIMIZE or len(trial.values) < 2:
            return None
        start = trial.values[0]
        if start > 0 and objective > self.factor * start:
            return self._verdict(
                f"{metric} {objective:.4g} at step {report.step} is over {self.factor:g} times "
                f"its start {start:.4g}"
            )
        return None

    def _verdict(self, sentence: str) -> Verdict:
        return Verdict(rule=self.name, sentence=sentence, failure=FailureKind.DIVERGED)

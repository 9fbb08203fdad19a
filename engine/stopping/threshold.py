"""Stop what left its bounds."""

from __future__ import annotations

from math import inf, isfinite, isnan

from engine.core.judging import Verdict
from engine.core.model import Report, Trial
from engine.core.peers import Peers

from .base import StoppingRule


class Threshold(StoppingRule):
    """A metric below `lower` or above `upper`, or not a number, from epoch `min_epochs` on.

    As Optuna's `ThresholdPruner`. The metric is the objective unless `metric` names another, such
    as a memory use or a time per epoch. Bounds bind as they stand, whichever way is better.
    """

    name = "threshold"

    def __init__(
        self,
        lower: float = -inf,
        upper: float = inf,
        metric: str | None = None,
        min_epochs: int = 0,
    ) -> None:
        self.lower = lower
        self.upper = upper
        self.metric = metric
        self.min_epochs = min_epochs

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        name = self.metric or peers.metric
        value = report.metrics.get(name)
        if self.is_moot(trial, report) or value is None or report.step < self.min_epochs:
            return None
        if isnan(value):
            found = "is not a number"
        elif value < self.lower:
            found = f"{value:.4g} is below {self.lower:g}"
        elif value > self.upper:
            found = f"{value:.4g} is above {self.upper:g}"
        else:
            return None
        return Verdict(rule=self.name, sentence=f"{name} {found} at epoch {report.step}")

    def describe(self, peers: Peers) -> str | None:
        bounds = [
            f"{word} {bound:g}"
            for word, bound in (("below", self.lower), ("above", self.upper))
            if isfinite(bound)
        ] or ["no number"]
        return f"{self.name}: stops where {self.metric or peers.metric} is {' or '.join(bounds)}"

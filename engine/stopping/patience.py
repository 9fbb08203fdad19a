"""Stop what has ceased to improve: early stopping by patience."""

from __future__ import annotations

from bisect import bisect_right
from math import inf

from engine.core.judging import Verdict
from engine.core.model import Report, Trial
from engine.core.peers import Peers

from .base import StoppingRule


class Patience(StoppingRule):
    """No improvement of the objective over `epochs` epochs: it has nothing more to gain.

    "No improvement in n" is the rule of Nielsen, "Neural Networks and Deep Learning" (2015),
    chapter 3. With `min_delta` it is Keras' `EarlyStopping`: only a value that beats the last
    improvement by more than that is one. Epochs are the steps reported, so a script that reports
    every fifth epoch has improved or not every fifth epoch.
    """

    name = "patience"

    def __init__(self, epochs: int, min_delta: float = 0.0) -> None:
        self.epochs = epochs
        self.min_delta = min_delta

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        if self.is_moot(trial, report) or peers.metric not in report.metrics or trial.best is None:
            return None
        last = trial.steps[-1]
        value, step = self._last_improvement(trial, peers)
        if last - step < self.epochs:
            return None
        by = f" by more than {self.min_delta:g}" if self.min_delta else ""
        return Verdict(
            rule=self.name,
            sentence=(
                f"no improvement of {peers.metric}{by} over {last - step} epochs: "
                f"{value:.4g} at epoch {step}, {trial.values[-1]:.4g} at epoch {last}"
            ),
            converged=True,
        )

    def describe(self, peers: Peers) -> str | None:
        epochs = f"{self.epochs} {peers.unit}{'s' * (self.epochs != 1)}"
        return f"{self.name}: stops after {epochs} without a better {peers.metric}"

    def _last_improvement(self, trial: Trial, peers: Peers) -> tuple[float, int]:
        """The newest value that beat the improvement before it, and its step."""
        assert trial.best is not None
        if not self.min_delta:
            return trial.best.value, trial.best.step
        loss, at = inf, 0
        for i in range(bisect_right(trial.steps, trial.ranked_after), len(trial.steps)):
            here = peers.loss(trial.values[i])
            if here < loss - self.min_delta:
                loss, at = here, i
        return trial.values[at], trial.steps[at]

"""Stop what is good enough: the objective reached a value."""

from __future__ import annotations

from engine.core.judging import Verdict
from engine.core.model import Report, Trial
from engine.core.peers import Peers

from .base import StoppingRule


class Target(StoppingRule):
    """The objective reached `value`: the trial has done its work, and the sweep goes on.

    `limits.target` is another thing: it ends the sweep.
    """

    name = "target"

    def __init__(self, value: float) -> None:
        self.value = value

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        objective = report.metrics.get(peers.metric)
        if self.is_moot(trial, report) or objective is None:
            return None
        if not peers.loss(objective) <= peers.loss(self.value):
            return None
        return Verdict(
            rule=self.name,
            sentence=(
                f"{peers.metric} {objective:.4g} at epoch {report.step} reached the target "
                f"{self.value:g}"
            ),
            converged=True,
        )

    def describe(self, peers: Peers) -> str | None:
        return f"{self.name}: stops at {peers.metric} {self.value:g}"

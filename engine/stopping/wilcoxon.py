"""Stop what is worse than the best trial, by a signed-rank test over the same instances."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import NamedTuple

from engine.core.judging import Verdict
from engine.core.model import Complete, Report, Trial
from engine.core.peers import Peers

from .base import StoppingRule
from .signed_rank import signed_rank_p

FEWEST_INSTANCES = 2


class Wilcoxon(StoppingRule):
    """Significantly worse than the best complete trial at the steps that both have reported.

    For scripts whose steps are instances of one task (folds, repeats, problems), not epochs: the
    values need not improve, their average is the result. As Optuna's `WilcoxonPruner`: a one-sided
    signed-rank test of the differences, from `n_startup_steps` common steps on (two at least), and
    no trial is stopped whose average so far is no worse than the best trial's. The test is made
    again at every step, so that its rate of errors is above `p_threshold`. Values that are no
    numbers leave a trial alone. The best trial is the complete one with the best average.
    """

    name = "wilcoxon"

    def __init__(self, p_threshold: float = 0.1, n_startup_steps: int = 2) -> None:
        self.p_threshold = p_threshold
        self.n_startup_steps = n_startup_steps
        self._averages: dict[int, tuple[int, float]] = {}

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        fewest = max(FEWEST_INSTANCES, self.n_startup_steps)
        if self.is_moot(trial, report) or peers.metric not in report.metrics:
            return None
        if len(trial.steps) < fewest:
            return None
        mine = _average(trial, peers)
        if trial.repeat_of is not None or not isfinite(mine):
            return None
        best = self._best(trial, peers)
        if best is None or self._average_of(best, peers) >= mine:
            return None
        theirs = dict(zip(best.steps, best.values, strict=True))
        differences = [
            peers.loss(value) - peers.loss(theirs[step])
            for step, value in zip(trial.steps, trial.values, strict=True)
            if step in theirs
        ]
        if len(differences) < fewest:
            return None
        p = signed_rank_p(differences)
        if not p < self.p_threshold:
            return None
        return Verdict(
            rule=self.name,
            sentence=(
                f"{peers.metric} is worse than that of {best.name} at {len(differences)} common "
                f"steps: p {p:.2g} by the signed-rank test, below {self.p_threshold:g}"
            ),
        )

    def describe(self, peers: Peers) -> str | None:
        return f"{self.name}: stops what is worse than the best with p below {self.p_threshold:g}"

    def _best(self, trial: Trial, peers: Peers) -> Trial | None:
        """The best complete trial, looked for again once another is complete, or one no longer."""
        numbers = peers.full_length(trial.rank_class)
        if not numbers:
            return None
        newest = peers.trials[next(reversed(numbers))]
        known = (len(numbers), newest.number, newest.reports)
        kept = peers.worked_out.get((Wilcoxon, trial.rank_class))
        if not isinstance(kept, _Kept) or kept.known != known:
            kept = _Kept(known, self._find_best([peers.trials[n] for n in numbers], peers))
            peers.worked_out[Wilcoxon, trial.rank_class] = kept
        return kept.best

    def _find_best(self, full_length: Iterable[Trial], peers: Peers) -> Trial | None:
        """The complete trial with the best average, the first of equals."""
        complete = (t for t in full_length if isinstance(t.state, Complete))
        best = min(complete, key=lambda t: self._average_of(t, peers), default=None)
        return best if best is not None and isfinite(self._average_of(best, peers)) else None

    def _average_of(self, trial: Trial, peers: Peers) -> float:
        """A trial's average, worked out once for the reports it has."""
        reports, average = self._averages.get(trial.number, (-1, 0.0))
        if reports != trial.reports:
            average = _average(trial, peers)
            self._averages[trial.number] = (trial.reports, average)
        return average


class _Kept(NamedTuple):
    """The best trial, and what was known of the complete ones when it was looked for."""

    known: tuple[int, int, int]
    best: Trial | None


def _average(trial: Trial, peers: Peers) -> float:
    """The mean loss over a trial's steps; infinite where one is no number."""
    losses = [peers.loss(value) for value in trial.values]
    return sum(losses) / len(losses) if losses else float("inf")

"""Stop what is worse than a percentile of the trials that ran to their end.

Golovin et al., "Google Vizier" (KDD 2017), section 3.2, in the form that Optuna's PercentilePruner
and MedianPruner made the standard: a trial's best objective so far is set against the objectives
that full-length trials had at the same step.
"""

from __future__ import annotations

from bisect import bisect_left
from math import inf

from engine.core.judging import Verdict
from engine.core.model import Goal, Report, Trial
from engine.core.peers import Peers

from .asha import Auto
from .base import StoppingRule
from .comparing import can_be_judged, shown
from .first_rung import first_rung, rung_in_force


class Percentile(StoppingRule):
    """Stop a trial whose best so far is worse than the best `percentile` per cent.

    So 25 keeps what comes among the best quarter of the full-length trials. Nobody is stopped
    before there are `min_trials` of them, one with an objective at the step, nor before
    `min_epochs` (`auto`: see `engine.stopping.first_rung`). As in Optuna the percentile lies
    between two trials' objectives by linear interpolation, what is no number is left out of it,
    and a trial that has reported nothing else is stopped.
    """

    name = "percentile"

    def __init__(
        self, percentile: float = 25.0, min_trials: int = 5, min_epochs: int | Auto = "auto"
    ) -> None:
        self.percentile = percentile
        self.min_trials = min_trials
        self.min_epochs = None if min_epochs == "auto" else min_epochs

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        if not can_be_judged(trial, report, peers):
            return None
        rank_class = trial.rank_class
        first = self.min_epochs
        if first is None:
            first = first_rung(peers, rank_class).step
        if report.step < first or len(peers.full_length(rank_class)) < self.min_trials:
            return None
        losses = peers.full_length_at(report.step, rank_class).losses
        count = bisect_left(losses, inf)
        if count == 0:
            return None
        best = peers.loss(trial.best.value) if trial.best is not None else inf
        bound = quantile(losses, count, self.percentile / 100)
        return self._verdict(peers, report, best, bound, count) if best > bound else None

    def describe(self, peers: Peers) -> str | None:
        known = len(peers.full_length(peers.rank_class))
        if known < self.min_trials:
            return f"{self.name}: stops nothing until {self.min_trials} trials have run to the end"
        if self.min_epochs is not None:
            return f"{self.name}: {known} full-length trials to compare with"
        return f"{self.name}: {rung_in_force(peers, peers.rank_class).sentence}"

    def _verdict(
        self, peers: Peers, report: Report, best: float, bound: float, count: int
    ) -> Verdict:
        way = "below" if peers.goal is Goal.MAXIMIZE else "above"
        at = f"at {peers.unit} {report.step}"
        one = "" if count == 1 else "s"
        theirs = f"{self._bound_name()} {shown(peers, bound)} of {count} full-length trial{one}"
        if best == inf:
            sentence = f"{peers.metric} has been no number up to {peers.unit} {report.step}"
        else:
            sentence = f"{peers.metric} {shown(peers, best)} {at} is {way} the {theirs}"
        return Verdict(rule=self.name, sentence=sentence)

    def _bound_name(self) -> str:
        return f"bound of the best {self.percentile:g} %"


def quantile(ascending: list[float], count: int, share: float) -> float:
    """The quantile of the first `count` numbers, between two of them by linear interpolation."""
    place = share * (count - 1)
    below = int(place)
    above = min(below + 1, count - 1)
    return ascending[below] + (place - below) * (ascending[above] - ascending[below])

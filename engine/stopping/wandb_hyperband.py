"""W&B's `early_terminate: {type: hyperband}`, as its sweep engine does it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from engine.core.judging import Verdict
from engine.core.model import Report, Trial
from engine.core.peers import Peers

from .base import StoppingRule

MOST_BRACKETS = 100
MOST_SHOWN = 5
OPTIONS = ("min_iter", "max_iter", "s", "eta", "strict")
"""Any of these makes the rule `hyperband` W&B's."""


class WandbHyperband(StoppingRule):
    """Stop a trial that is behind the best 1/`eta` at the last bracket it has come to.

    Brackets count how often the objective was logged, whatever steps it was logged with; what is
    no number does not count. `min_iter` gives the brackets min_iter, min_iter*eta, min_iter*eta^2,
    and so on: [3, 9, 27, 81, ...]; `max_iter` with `s` gives max_iter/eta, ..., max_iter/eta^s, as
    whole numbers of at least 1: [9, 3] of 27 with s 2. With both, `max_iter` holds.

    Of n trials that have logged that often, the threshold is the value of the one that int(n/eta)
    are better than, and only what is worse than it is stopped. Compared is the best value so far,
    or if `strict` the value at the bracket itself. Both are looked at again at every report, as
    others come to the bracket too; W&B looks every few minutes. So one of a first few trials may be
    stopped that would later have passed, and one that passed may be stopped before the next
    bracket.

    https://docs.wandb.ai/models/sweeps/sweep-config-keys, and `hyperband_stop_runs` of
    https://github.com/wandb/sweeps.
    """

    name = "hyperband"

    def __init__(
        self,
        min_iter: int | None = None,
        max_iter: int | None = None,
        s: int | None = None,
        eta: float = 3.0,
        strict: bool = False,
    ) -> None:
        self.eta = eta
        self.strict = strict
        self.brackets = tuple(brackets(min_iter, max_iter, s, eta))

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        if self.is_moot(trial, report) or peers.metric not in report.metrics:
            return None
        if trial.repeat_of is not None or trial.best is None:
            return None
        count = peers.logged.count(trial)
        bracket = max(takewhile(lambda b: b <= count, self.brackets), default=None)
        if bracket is None:
            return None
        standing = peers.logged.at(bracket, trial.rank_class)
        passing = int((1.0 / self.eta) * len(standing))
        threshold = standing.losses[passing]
        loss = standing.by_trial[trial.number] if self.strict else peers.loss(trial.best.value)
        if not loss > threshold:
            return None
        at = f"at bracket {bracket}" if self.strict else "at its best"
        sentence = (
            f"{peers.metric} {peers.value(loss):.4g} {at} is worse than the "
            f"{peers.value(threshold):.4g} that bracket {bracket} asks of {len(standing)} trials"
        )
        return Verdict(rule=self.name, sentence=sentence)

    def describe(self, peers: Peers) -> str | None:
        """Name the brackets that lie within the budget."""
        within = [b for b in self.brackets if peers.budget is None or b < peers.budget]
        if not within:
            return None
        more = ", ..." if len(within) > MOST_SHOWN else ""
        counts = f"{', '.join(map(str, within[:MOST_SHOWN]))}{more}"
        return f"{self.name}, as in W&B: the best 1/{self.eta:g} go on at brackets {counts}"


def brackets(
    min_iter: int | None, max_iter: int | None, s: int | None, eta: float
) -> Iterable[int]:
    """The brackets, ascending; none where `max_iter` is too small for one."""
    if max_iter is not None and s is not None:
        return sorted(_downwards(max_iter, s, eta))
    return _upwards(min_iter or 1, eta)


def _downwards(max_iter: int, s: int, eta: float) -> Iterable[int]:
    bracket = float(max_iter)
    for _ in range(min(s, MOST_BRACKETS)):
        bracket /= eta
        if bracket < 1:
            break
        yield int(bracket)


def _upwards(min_iter: int, eta: float) -> Iterable[int]:
    bracket = float(min_iter)
    for _ in range(MOST_BRACKETS):
        if bracket >= 2**63:
            break
        yield int(bracket)
        bracket *= eta

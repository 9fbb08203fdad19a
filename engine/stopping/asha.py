"""Asynchronous successive halving, stopping form.

Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020, arXiv 1810.05934):
rungs lie at `first * reduction**k` below the full budget, and the best 1/reduction of the trials
that have come to a rung go on from there. In the paper's Algorithm 2 trials wait at their rung to
be promoted (`mode: promote`, which `engine.core.rungs` sees to); here, as in its stopping variant,
a trial is judged once, when it comes to the rung, and goes on or is stopped for good.
"""

from __future__ import annotations

from math import ceil
from typing import Literal

from engine.core.judging import Verdict
from engine.core.model import Report, Trial
from engine.core.peers import Peers
from engine.core.rungs import FirstRung, nth
from engine.core.standing import Standing

from .base import StoppingRule
from .brackets import Brackets, bracket_sizes, make_brackets
from .comparing import can_be_judged, judged_after
from .first_rung import first_rung, rung_in_force
from .rungs import going_on, how_many, rung, rungs_within

BRACKETS_WITHOUT_BUDGET = 3

Auto = Literal["auto"]


class Asha(StoppingRule):
    """Stop what is not among the best 1/reduction of those that have come to a rung so far.

    Where the paper leaves it open: of n trials, floor(n / reduction) are the best; while that is
    none, all go on, or, if it is not `lenient`, the best one alone (Ray Tune's ASHAScheduler knows
    no leniency either). Equals share a place, so all that tie with the last of the best go on. What
    is no number is worst of all. A report that passes several rungs is judged at each, the lowest
    first, by the same value. Rungs are judged by the step the script reports, at or beyond them.
    No trial is judged at or beyond `max` (`auto`: the budget), nor at its own budget.

    With `brackets`, trials are shared out over halvings that begin one rung later each, and
    compare within theirs only. Without a budget the rungs have no end.
    """

    name = "asha"

    def __init__(
        self,
        reduction: float = 3.0,
        min: int | Auto = "auto",
        max: int | Auto = "auto",
        brackets: int | None = 1,
        mode: Literal["stop", "promote"] = "stop",
        lenient: bool = True,
    ) -> None:
        self.reduction = reduction
        self.first = None if min == "auto" else min
        self.last = None if max == "auto" else max
        self.brackets = brackets
        self.promotes = mode == "promote"
        self.strict = not lenient

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        if self.promotes:
            self._tell_first(trial, peers)
            return None
        if not can_be_judged(trial, report, peers):
            return None
        first = self._first(peers, trial.rank_class)
        if report.step < first:
            return None
        brackets = self._brackets(peers, first)
        bracket = brackets.of(trial.number) if brackets is not None else 0
        begins = rung(first, self.reduction, bracket)
        end = self._end(peers)
        last = report.step if end is None or report.step < end else end - 1
        for step in rungs_within(begins, self.reduction, judged_after(trial), last):
            if brackets is None:
                standing = peers.at(step, trial.rank_class)
            else:
                standing = peers.among(brackets).at(step, brackets(trial))
            if verdict := self._verdict(trial, report, peers, standing):
                return verdict
        return None

    def describe(self, peers: Peers) -> str | None:
        if self.promotes:
            return None
        first, why = self.first, ""
        if first is None:
            in_force = rung_in_force(peers, peers.rank_class)
            first, why = in_force.step, f"; {in_force.sentence}"
        return f"{self.name}: {self._rungs_in_words(peers, first)}{why}"

    def _first(self, peers: Peers, rank_class: int) -> int:
        return self.first if self.first is not None else first_rung(peers, rank_class).step

    def _tell_first(self, trial: Trial, peers: Peers) -> None:
        """Leave where trials should begin for the rungs to find."""
        if self.first is None:
            peers.worked_out[FirstRung] = first_rung(peers, trial.rank_class, all_wait=True)

    def _end(self, peers: Peers) -> int | None:
        return self.last if self.last is not None else peers.budget

    def _brackets(self, peers: Peers, first: int) -> Brackets | None:
        """How trials are shared out over brackets; None where there is but one."""
        count = self._count(peers, first)
        if count == 1:
            return None
        key = (Brackets, count, self.reduction)
        kept = peers.worked_out.get(key)
        if not isinstance(kept, Brackets):
            kept = make_brackets(bracket_sizes(count, self.reduction))
            peers.worked_out[key] = kept
        return kept

    def _count(self, peers: Peers, first: int) -> int:
        if self.brackets == 1:
            return 1
        end = self._end(peers)
        most = BRACKETS_WITHOUT_BUDGET if end is None else how_many(first, self.reduction, end)
        return most if self.brackets is None else min(self.brackets, most)

    def _verdict(
        self, trial: Trial, report: Report, peers: Peers, standing: Standing
    ) -> Verdict | None:
        loss = standing.by_trial[trial.number]
        count, better = len(standing), standing.better_than(loss)
        best = max(int(self.strict), going_on(count, self.reduction))
        if best == 0 or better < best:
            return None
        sentence = (
            f"{peers.metric} {report.metrics[peers.metric]:.4g} at {peers.unit} {report.step} is "
            f"{nth(better + 1)} of {count}; "
            + (f"the best {best} go on" if best > 1 else "the best goes on")
        )
        return Verdict(rule=self.name, sentence=sentence)

    def _rungs_in_words(self, peers: Peers, first: int) -> str:
        end = self._end(peers)
        last = end - 1 if end is not None else rung(first, self.reduction, 2)
        steps = [str(step) for step in rungs_within(first, self.reduction, 0, last)]
        if not steps:
            return f"no rung lies below {peers.unit} {end}, so nothing is stopped"
        more = ["and so on"] if end is None else []
        words = ", ".join([*steps, *more])
        count = self._count(peers, first)
        beside = f", in {count} brackets" if count > 1 else ""
        where = f"{peers.unit}{'' if len(steps) == 1 else 's'} {words}"
        alone = f" (of fewer than {ceil(self.reduction)} the best alone)" if self.strict else ""
        return f"the best 1/{self.reduction:g} go on at {where}{alone}{beside}"

"""Trials that a rule ended since they had nothing more to gain: as good as complete ones."""

from __future__ import annotations

from typing import Any

from engine.core.acts import Promote
from engine.core.events import VerdictReached
from engine.core.model import Pruned, Running, Signalled, Spread, is_whole
from engine.core.plan import Limits, StagePlan
from tests.fakes.told_sweep import ToldSweep

COARSE = StagePlan(name="coarse", budget=5, trials=3)
FINE = StagePlan(name="fine", budget=27, trials=0, promote=2, repeats=2)


def converge(sweep: ToldSweep, number: int, step: int, acc: float, **verdict: Any) -> None:
    """Let a rule end a running trial at this epoch and accuracy."""
    sweep.report(number, step, acc=acc - step / 1000)
    told: dict[str, Any] = {"rule": "patience", "sentence": "no better", "converged": True}
    attempt = sweep.trial(number).next_attempt - 1
    sweep.tell(VerdictReached, trial=number, attempt=attempt, **{**told, **verdict})
    sweep.end(number, Signalled(signal=15))


def staged() -> ToldSweep:
    """Three trials of a coarse stage: complete, converged and better, pruned and best of all."""
    sweep = ToldSweep(stages=(COARSE, FINE), slots=9)
    sweep.propose(3, budget=5)
    sweep.report(1, 5, acc=0.5 - 0.005)
    sweep.end(1)
    converge(sweep, 2, 3, 0.6)
    converge(sweep, 3, 2, 0.9, rule="median", converged=False)
    return sweep


def test_a_converged_trial_goes_on_to_the_next_stage_and_a_pruned_one_does_not() -> None:
    sweep = staged()
    assert [sweep.trial(n).stage for n in (1, 2, 3)] == ["fine", "fine", "coarse"]
    assert sweep.trial(2).budget == 27
    assert isinstance(sweep.trial(2).state, Running)
    assert "the best, t0002, t0001, go on" in sweep.history()[-1]


def test_a_converged_finalist_counts_with_its_repeats() -> None:
    sweep = staged()
    converge(sweep, 2, 9, 0.7)
    repeats = [t.number for t in sweep.state.trials.values() if t.repeat_of == 2]
    converge(sweep, repeats[0], 12, 0.8)
    spread = sweep.trial(2).spread
    assert spread is not None
    assert (spread.n, round(spread.mean, 6)) == (2, 0.75)
    assert isinstance(spread, Spread)


def test_a_proposal_that_converges_gets_its_further_seeds() -> None:
    sweep = ToldSweep(stages=(StagePlan(name="only", budget=5, trials=1, repeats=2),))
    sweep.propose(budget=5)
    converge(sweep, 1, 3, 0.6)
    assert [t.repeat_of for t in sweep.state.trials.values()] == [None, 1]


def test_the_time_a_sweep_still_takes_is_known_where_all_trials_converge() -> None:
    sweep = ToldSweep(limits=Limits(trials=4), slots=1)
    sweep.propose(2)
    converge(sweep, 1, 3, 0.6)
    assert sweep.view().eta_s is not None


def test_a_converged_trial_may_be_promoted_by_a_person() -> None:
    sweep = ToldSweep()
    sweep.propose()
    converge(sweep, 1, 3, 0.6)
    sweep.do(Promote(trials=(1,), budget=81))
    assert isinstance(sweep.trial(1).state, Running)


def test_what_was_pruned_or_marked_infeasible_is_not_whole() -> None:
    assert is_whole(Pruned(at=1.0, reason="patience", converged=True))
    assert not is_whole(Pruned(at=1.0, reason="median"))
    assert not is_whole(Pruned(at=1.0, reason="no good", infeasible=True))

"""Reviving, retrying and promoting: a trial that has ended goes on where it left off."""

from __future__ import annotations

import pytest

from engine.core.acts import Promote, Prune, Retry, Revive, Stop, Undo
from engine.core.commands import LaunchAttempt, TellAttempt
from engine.core.ending import drop
from engine.core.events import ReportsArrived
from engine.core.model import (
    Complete,
    Exited,
    Failed,
    Pruned,
    Report,
    Running,
    Waiting,
)
from engine.core.plan import Limits, StagePlan
from tests.fakes.told_sweep import ToldSweep

COARSE = (StagePlan(name="coarse", budget=5, trials=3), StagePlan(name="fine", budget=27))


def completed(*trials: int, budget: int = 5, **plan: object) -> ToldSweep:
    """A sweep whose trials have run to a budget of five epochs."""
    sweep = ToldSweep(**{"stages": COARSE, **plan})
    sweep.propose(len(trials), budget=budget)
    for number in trials:
        sweep.report(number, *range(1, budget + 1))
        sweep.end(number)
    return sweep


def test_a_pruned_trial_goes_on_from_its_checkpoint_and_keeps_its_curve() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.report(1, 1, 2, 3)
    sweep.do(Prune(trials=(1,)))
    sweep.end(1, Exited(code=1))
    seen = sweep.do(Revive(trials=(1,)), checkpoints={1: 3})
    assert seen.details["t0001"] == ("pruned by ann@pts/1; continues from epoch 3, 24 epochs to go")
    assert sweep.trial(1).state == Running(attempt=2, slot=1)
    assert sweep.trial(1).steps == [1, 2, 3]
    assert LaunchAttempt(trial=1, attempt=2) in sweep.commands
    assert sweep.history()[-1] == "revived t0001"


def test_a_trial_without_a_checkpoint_says_that_it_starts_over() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.report(1, 1, 2, 3)
    sweep.do(Prune(trials=(1,)))
    sweep.end(1)
    seen = sweep.ask(Revive(trials=(1,)))
    assert "starts over, its 3 epochs lost: it has no checkpoint" in seen.details["t0001"]
    assert seen.epochs == 27


def test_reviving_what_was_not_pruned_says_what_to_do_instead() -> None:
    sweep = completed(1)
    sweep.propose(2, budget=5)
    sweep.end(2, Exited(code=1, tail="KeyError: 'lr'"))
    seen = sweep.ask(Revive(trials=(1, 2, 3, 9)))
    assert seen.done == ()
    assert [(s.id, s.why) for s in seen.skipped] == [
        ("t0001", "is complete: promote it to let it go on"),
        ("t0002", "failed (error): retry it"),
        ("t0003", "is running, not pruned"),
        ("t0009", "no such trial"),
    ]
    assert seen.sentence == "nothing to revive"


def test_a_failed_trial_is_retried_and_a_diverged_one_says_what_it_did() -> None:
    sweep = ToldSweep()
    sweep.propose(2)
    sweep.report(1, 1)
    sweep.end(1, Exited(code=1, tail="RuntimeError: disk full"))
    nan = (Report(2, 0.0, {"acc": float("nan")}),)
    sweep.report(2, 1)
    sweep.tell(ReportsArrived, trial=2, attempt=1, reports=nan)
    sweep.end(2, Exited(code=1))
    seen = sweep.do(Retry(trials=(1, 2)), checkpoints={1: 1, 2: 1})
    assert seen.details["t0001"].startswith("failed: RuntimeError: disk full; continues from")
    assert seen.details["t0002"].startswith("diverged, and may do so again; continues from")
    assert [sweep.running(n).attempt for n in (1, 2)] == [2, 2]


def test_a_retried_trial_starts_though_the_limit_is_reached_and_the_sweep_has_finished() -> None:
    sweep = ToldSweep(limits=Limits(trials=1))
    sweep.propose()
    sweep.end(1, Exited(code=1))
    assert sweep.state.status == "finished"
    sweep.do(Retry(trials=(1,)))
    assert sweep.state.status == "running"
    assert sweep.state.sentence == ""
    sweep.report(1, 1)
    sweep.end(1)
    assert sweep.state.status == "finished"


def test_on_a_stopped_sweep_it_waits_for_resume_and_the_preview_says_so() -> None:
    sweep = completed(1)
    sweep.do(Stop())
    assert sweep.state.status == "stopped"
    seen = sweep.do(Promote(trials=(1,)), checkpoints={1: 5})
    assert "the sweep is stopped: it starts at resume" in seen.sentence
    assert isinstance(sweep.trial(1).state, Waiting)


def test_promoting_takes_the_next_stages_budget_and_says_what_it_costs() -> None:
    sweep = completed(1)
    seen = sweep.do(Promote(trials=(1,)), checkpoints={1: 5})
    assert seen.sentence.startswith(
        "promote t0001 to 27 epochs; continues from epoch 5; +22 epochs, about "
    )
    assert seen.sentence.endswith("; nothing is lost")
    assert seen.epochs == 22
    assert sweep.trial(1).budget == 27
    assert sweep.running(1).attempt == 2
    assert sweep.history()[-1] == "promoted t0001 to 27 epochs"


def test_a_promoted_trial_is_the_next_to_start() -> None:
    sweep = completed(1, slots=1)
    sweep.propose(2, budget=5)
    sweep.do(Promote(trials=(1,), budget=9), checkpoints={1: 5})
    sweep.report(2, 5)
    sweep.end(2)
    assert isinstance(sweep.trial(1).state, Running)
    assert isinstance(sweep.trial(3).state, Waiting)


def test_a_running_trial_is_told_its_new_budget_and_stays_where_it_is() -> None:
    sweep = ToldSweep(stages=COARSE)
    sweep.propose(budget=5)
    sweep.report(1, 1, 2)
    seen = sweep.do(Promote(trials=(1,)), listening=frozenset({1}))
    assert seen.details["t0001"] == "at epoch 2, is told and keeps going, +22 epochs"
    assert sweep.trial(1).state == Running(attempt=1, slot=1)
    assert TellAttempt(trial=1, attempt=1) in sweep.commands


def test_a_script_that_did_not_notice_goes_on_in_a_further_attempt_even_past_a_limit() -> None:
    sweep = ToldSweep(stages=COARSE, limits=Limits(target=0.4))
    sweep.propose(budget=5)
    sweep.do(Promote(trials=(1,)))
    sweep.report(1, 1, 2, 3, 4, 5)
    sweep.end(1)
    assert sweep.running(1).attempt == 2
    sweep.report(1, 6, 27)
    sweep.end(1)
    assert isinstance(sweep.trial(1).state, Complete)
    assert sweep.state.status == "finished"


def test_what_cannot_be_promoted_says_why() -> None:
    sweep = completed(1, slots=1)
    sweep.propose(2, budget=5)
    sweep.do(Promote(trials=(1,), budget=27), checkpoints={1: 5})
    whys = {s.id: s.why for s in sweep.ask(Promote(trials=(1, 3))).skipped}
    assert whys == {
        "t0001": "waits to go on already: let it run first",
        "t0003": "waits and has not begun: it has had nothing of its budget yet",
    }


def test_a_full_budget_asks_for_a_number_and_a_smaller_number_is_no_promotion() -> None:
    sweep = completed(1, stages=(), budget=27)
    assert sweep.ask(Promote(trials=(1,))).skipped[0].why == (
        "has had its full budget of 27 epochs; say a number"
    )
    assert sweep.ask(Promote(trials=(1,), budget=27)).skipped[0].why == (
        "has a budget of 27 already"
    )
    assert sweep.do(Promote(trials=(1,), budget=81), checkpoints={1: 27}).epochs == 54


def test_without_a_budget_in_the_config_there_is_nothing_to_promote_to() -> None:
    sweep = ToldSweep(budget=None)
    sweep.propose(budget=None)
    assert "no budget to promote to" in (sweep.ask(Promote(trials=(1,))).refused or "")


def test_undoing_a_promotion_lowers_the_budget_again_while_it_has_not_been_spent() -> None:
    sweep = ToldSweep(stages=COARSE)
    sweep.propose(budget=5)
    sweep.report(1, 1, 2)
    sweep.do(Promote(trials=(1,)), listening=frozenset({1}))
    sweep.do(Undo())
    assert sweep.trial(1).budget == 5
    assert TellAttempt(trial=1, attempt=1) in sweep.commands
    sweep.do(Promote(trials=(1,)), listening=frozenset({1}))
    sweep.report(1, *range(3, 8))
    assert "past its former budget of 5" in (sweep.ask(Undo()).refused or "")


def test_undoing_a_promotion_that_waits_makes_the_trial_complete_again() -> None:
    sweep = completed(1, slots=1)
    complete = sweep.trial(1).state
    sweep.propose(budget=5)
    sweep.do(Promote(trials=(1,)), checkpoints={1: 5})
    assert isinstance(sweep.trial(1).state, Waiting)
    sweep.do(Undo())
    assert (sweep.trial(1).state, sweep.trial(1).budget) == (complete, 5)


@pytest.mark.parametrize("revived", [False, True])
def test_a_dropped_proposal_counts_toward_the_limit_only_while_it_is_revived(
    revived: bool,
) -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose(2)
    drop(sweep.state, sweep.trial(2), sweep.at, "outside version 2")
    assert sweep.state.counted == sweep.state.stage.proposed == 1
    sweep.do(Revive(trials=(2,)))
    assert sweep.state.counted == sweep.state.stage.proposed == 2
    if not revived:
        sweep.do(Undo())
        assert sweep.state.counted == sweep.state.stage.proposed == 1
        assert isinstance(sweep.trial(2).state, Pruned)


def test_a_retried_trial_that_fails_again_is_failed_again() -> None:
    sweep = ToldSweep()
    sweep.propose()
    for _ in range(2):
        sweep.report(1, 1)
        sweep.end(1, Exited(code=1))
        assert isinstance(sweep.trial(1).state, Failed)
        sweep.do(Retry(trials=(1,)))
    assert len(sweep.trial(1).attempts) == 3


def test_promoting_a_running_trial_that_cannot_go_on_says_that_it_starts_over() -> None:
    sweep = ToldSweep()
    sweep.propose(budget=5)
    sweep.report(1, 1, 2)
    seen = sweep.ask(Promote(trials=(1,), budget=27))
    assert seen.details["t0001"] == (
        "at epoch 2, starts over once it is through: it does not listen and has no checkpoint, "
        "+27 epochs"
    )
    assert "5 epochs run again" in seen.sentence
    seen = sweep.ask(Promote(trials=(1,), budget=27), checkpoints={1: 2})
    assert "goes on from its checkpoint once it is through, +22 epochs" in seen.details["t0001"]
    refused = sweep.ask(Promote(trials=(1,), budget=10**15)).refused
    assert refused == "a budget is at most 1000000000000 epochs"

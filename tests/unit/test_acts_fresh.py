"""Cloning and adding: trials that a person writes run whatever the search has left to do."""

from __future__ import annotations

import pytest

from engine.core.acts import Add, Clone, Undo
from engine.core.events import LimitReached, SearchExhausted
from engine.core.model import (
    Exited,
    Pruned,
    Running,
    Waiting,
)
from engine.core.plan import Limits, StagePlan
from tests.fakes.told_sweep import ToldSweep


def test_a_clone_differs_in_what_was_changed_and_keeps_the_seed() -> None:
    sweep = ToldSweep()
    sweep.propose()
    seen = sweep.do(Clone(trial=1, changes={"dropout": 0.3}))
    assert seen.done == ("t0002",)
    assert seen.sentence == (
        "clone t0001 as t0002: dropout 0.1 to 0.3; the same seed; 27 epochs from scratch"
    )
    clone, parent = sweep.trial(2), sweep.trial(1)
    assert clone.params == {**parent.params, "dropout": 0.3}
    assert (clone.seed, clone.parent, clone.origin) == (parent.seed, 1, "clone of t0001")
    assert isinstance(clone.state, Running)
    decision = sweep.machine.history.decisions[-1]
    assert decision.sentence == "cloned t0001 as t0002: dropout 0.1 to 0.3"
    assert decision.trials == ("t0001", "t0002")


def test_a_configuration_that_exists_is_told_and_allowed() -> None:
    sweep = ToldSweep()
    sweep.propose()
    seen = sweep.do(Clone(trial=1, changes={}))
    assert "unchanged" in seen.sentence
    assert "the same configuration as t0001" in seen.sentence
    assert sweep.trial(2).params == sweep.trial(1).params


def test_a_value_outside_the_space_is_refused_and_nothing_changes() -> None:
    sweep = ToldSweep()
    sweep.propose()
    for act in (
        Clone(trial=1, changes={"dropout": 2.0}),
        Clone(trial=1, changes={"droput": 0.2}),
        Clone(trial=7, changes={}),
        Add(values={"lr": 0.1}),
    ):
        assert sweep.ask(act).refused


def test_what_is_left_out_of_an_added_trial_comes_from_the_best() -> None:
    sweep = ToldSweep()
    sweep.propose(2)
    sweep.report(1, 1, acc=0.2)
    sweep.report(2, 1, acc=0.9)
    seen = sweep.do(Add(values={"lr": 0.5}))
    assert seen.sentence.startswith("add a trial as t0003: lr 0.5; the rest as in t0002, the best")
    assert sweep.trial(3).params == {"lr": 0.5, "width": 64, "dropout": 0.1}
    assert sweep.trial(3).origin == "added"


def test_added_trials_have_seeds_of_their_own() -> None:
    sweep = ToldSweep()
    values = {"lr": 0.5, "width": 32, "dropout": 0.0}
    for _ in range(3):
        sweep.do(Add(values=values))
    assert len({t.seed for t in sweep.state.trials.values()}) == 3


def test_they_count_toward_no_limit_and_start_past_one() -> None:
    sweep = ToldSweep(limits=Limits(trials=1), slots=1)
    sweep.propose()
    sweep.do(Clone(trial=1, changes={"width": 128}))
    assert sweep.state.counted == 1
    sweep.tell(LimitReached, limit="hours", sentence="8 hours are over")
    sweep.report(1, 27)
    sweep.end(1)
    assert isinstance(sweep.trial(2).state, Running)
    sweep.report(2, 27)
    sweep.end(2)
    assert sweep.state.status == "finished"
    sweep.do(Clone(trial=2, changes={"width": 32}))
    assert isinstance(sweep.trial(3).state, Running)


def test_a_clone_gets_the_budget_of_the_stage_under_way() -> None:
    sweep = ToldSweep(stages=(StagePlan(name="coarse", budget=3, trials=9),))
    sweep.propose(budget=3)
    sweep.do(Clone(trial=1, changes={"width": 128}))
    assert (sweep.trial(2).budget, sweep.trial(2).stage) == (3, "coarse")


def test_undo_takes_a_new_trial_back_while_it_waits() -> None:
    sweep = ToldSweep(slots=1)
    sweep.propose()
    sweep.do(Clone(trial=1, changes={"width": 128}))
    assert isinstance(sweep.trial(2).state, Waiting)
    seen = sweep.do(Undo())
    assert seen.done == ("t0002",)
    assert isinstance(sweep.trial(2).state, Pruned)


def test_undo_leaves_a_new_trial_alone_that_runs() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.do(Clone(trial=1, changes={"width": 128}))
    refused = sweep.ask(Undo()).refused or ""
    assert "there is nothing to undo" in refused
    assert "t0002 runs by now: prune or pause it" in refused


@pytest.mark.parametrize("limit", [None, 2])
def test_a_manual_sweep_waits_for_what_a_person_adds_up_to_its_limit(limit: int | None) -> None:
    sweep = ToldSweep(method="manual", limits=Limits(trials=limit))
    sweep.tell(SearchExhausted, reason="the manual method proposes nothing")
    assert sweep.state.status == "running"
    for number, lr in enumerate((0.1, 0.2), start=1):
        assert sweep.state.status == "running"
        sweep.do(Add(values={"lr": lr, "width": 32, "dropout": 0.0}))
        sweep.report(number, 27)
        sweep.end(number)
    assert sweep.state.status == ("finished" if limit else "running")
    assert sweep.state.sentence == ("all 2 trials are done" if limit else "")


def test_a_manual_sweep_still_stops_after_too_many_failures() -> None:
    sweep = ToldSweep(method="manual", limits=Limits(failures=1))
    sweep.do(Add(values={"lr": 0.1, "width": 32, "dropout": 0.0}))
    sweep.end(1, Exited(code=1))
    assert sweep.state.status == "stopped"

"""Stages, coarse to fine: when one ends, what the next begins with, and what a person can say."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.acts import AdvanceStage, ExtendStage, Promote, Prune, RepeatStage, Undo
from engine.core.commands import Command, Propose
from engine.core.events import EngineStarted, Event, SearchExhausted, SweepCreated
from engine.core.model import (
    Complete,
    Exited,
    Pruned,
    Running,
    Waiting,
)
from engine.core.plan import Limits, StagePlan
from engine.core.views import StageView
from engine.space.keeper import Keeper
from tests.fakes.told_sweep import ToldSweep

COARSE = StagePlan(name="coarse", budget=1, trials=4)
MEDIUM = StagePlan(name="medium", budget=5, trials=2, narrow_top=3)
FINE = StagePlan(name="fine", budget=27, trials=0, promote=2)


def sweep_of(*stages: StagePlan, **plan: Any) -> ToldSweep:
    return ToldSweep(stages=stages, **plan)


def run_through(sweep: ToldSweep, count: int, *, acc: float = 0.5) -> None:
    """Propose so many trials and let each run to its budget; the later, the better."""
    budget = sweep.state.stage.plan.budget
    assert budget is not None
    for _ in range(count):
        sweep.propose(budget=budget)
        number = len(sweep.state.trials)
        finish(sweep, number, acc=acc + number / 100)


def finish(sweep: ToldSweep, number: int, *, acc: float = 0.5) -> None:
    budget = sweep.trial(number).budget
    assert budget is not None
    sweep.report(number, budget, acc=acc)
    sweep.end(number)


def funnel(sweep: ToldSweep) -> list[tuple[str, str, int, int | None]]:
    return [(s.name, s.state, s.done, s.total) for s in sweep.view().stages]


def test_a_stage_follows_once_every_trial_of_the_one_before_has_ended() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 3)
    sweep.propose(budget=1)
    assert sweep.view().stage == "coarse"
    finish(sweep, 4, acc=0.9)
    assert sweep.view().stage == "fine"


def test_no_more_is_proposed_than_the_stage_says() -> None:
    sweep = sweep_of(COARSE, FINE, slots=8)
    assert sweep.state.asked == 4
    sweep.propose(4, budget=1)
    assert not any(isinstance(c, Propose) for c in sweep.commands)


def test_the_best_go_on_to_the_bigger_budget_as_the_same_trials() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 4)
    assert [sweep.trial(n).budget for n in (1, 2, 3, 4)] == [1, 1, 27, 27]
    assert [sweep.trial(n).stage for n in (1, 2, 3, 4)] == ["coarse", "coarse", "fine", "fine"]
    assert [t.number for t in sweep.state.trials.values() if isinstance(t.state, Running)] == [3, 4]
    assert sweep.running(4).slot == 1
    assert "fine begins at 27 epochs: the best, t0004, t0003, go on" in sweep.history()


def test_a_sweep_ends_when_all_its_stages_are_done() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 4)
    finish(sweep, 3)
    finish(sweep, 4)
    assert (sweep.view().state, sweep.view().sentence) == ("finished", "all 2 stages are done")
    assert funnel(sweep) == [("coarse", "done", 4, 4), ("fine", "done", 2, 2)]


def test_the_space_is_narrowed_to_the_box_of_the_best_of_the_stage_before() -> None:
    sweep = sweep_of(COARSE, MEDIUM, FINE)
    run_through(sweep, 4)
    assert sweep.view().space_version == 2
    made = sweep.state.versions[1]
    inside = Keeper().inside(made.document)
    kept = [lr for lr in (0.0015, 0.002, 0.004, 0.0045) if inside({"lr": lr})]
    assert kept == [0.002, 0.004]
    assert "box of the best 3 trials" in made.sentence
    run_through(sweep, 1)
    assert sweep.trial(5).space_version == 2


def test_a_stage_without_anything_to_narrow_by_begins_and_says_so() -> None:
    sweep = sweep_of(COARSE, MEDIUM)
    for number in (1, 2, 3, 4):
        sweep.propose(budget=1)
        sweep.report(number, 1, acc=float("nan"))
        sweep.end(number, Exited(code=1, tail="nan"))
    assert sweep.view().space_version == 1
    assert "nothing to narrow the ranges by, they stay" in sweep.history()[-1]


def test_a_stage_without_anything_to_promote_is_passed_over_with_a_sentence() -> None:
    sweep = sweep_of(COARSE, FINE)
    for number in (1, 2, 3, 4):
        sweep.propose(budget=1)
        sweep.report(number, 1, acc=0.1)
        sweep.end(number, Exited(code=1, tail="no"))
    assert "fine begins at 27 epochs: nothing complete to go on with" in sweep.history()
    assert sweep.view().sentence == "all 2 stages are done"


def test_a_person_sees_how_far_each_stage_is() -> None:
    sweep = sweep_of(COARSE, MEDIUM, FINE)
    run_through(sweep, 3)
    sweep.propose(budget=1)
    assert funnel(sweep) == [
        ("coarse", "running", 3, 4),
        ("medium", "waiting", 0, 2),
        ("fine", "waiting", 0, 2),
    ]
    finish(sweep, 4)
    assert funnel(sweep)[:2] == [("coarse", "done", 4, 4), ("medium", "running", 0, 2)]


def test_a_proposal_that_is_dropped_counts_to_no_stage() -> None:
    sweep = sweep_of(COARSE, FINE)
    sweep.propose(4, budget=1)
    sweep.do(AdvanceStage())
    assert [type(sweep.trial(n).state) for n in (3, 4)] == [Pruned, Pruned]
    assert funnel(sweep)[0] == ("coarse", "running", 0, 2)


def test_the_limit_of_trials_is_for_all_stages_together() -> None:
    sweep = sweep_of(COARSE, MEDIUM, FINE, limits=Limits(trials=5))
    run_through(sweep, 4)
    assert "1 new trial of 2, up to the limit" in sweep.history()[-1]
    run_through(sweep, 1)
    assert sweep.view().stage == "fine"


def test_a_search_with_nothing_left_to_propose_ends_a_stage_early() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 2)
    sweep.tell(SearchExhausted, reason="the grid is done")
    assert sweep.view().stage == "fine"


def test_a_trial_that_has_had_the_budget_joins_without_running() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 1)
    sweep.do(Promote(trials=(1,), budget=27))
    finish(sweep, 1, acc=0.9)
    run_through(sweep, 3)
    assert sweep.view().stage == "fine"
    assert isinstance(sweep.trial(1).state, Complete)
    assert sweep.trial(1).stage == "fine"
    assert len(sweep.trial(1).attempts) == 2
    assert isinstance(sweep.trial(4).state, Running)


def test_values_measured_under_other_overrides_do_not_compete() -> None:
    few = StagePlan(name="few", budget=1, trials=2, overrides={"data_fraction": 0.1})
    all_ = StagePlan(name="all", budget=5, promote=1, trials=1, overrides={"data_fraction": 1.0})
    sweep = sweep_of(few, all_)
    run_through(sweep, 2, acc=0.9)
    assert sweep.trial(2).overrides == {"data_fraction": 1.0}
    assert sweep.trial(2).best is None
    sweep.report(2, 2, acc=0.3)
    best = sweep.view().best
    assert best is not None
    assert best.trial == "t0002"
    assert best.value == pytest.approx(0.302)
    assert best.params["data_fraction"] == 1.0


def test_the_next_stage_can_begin_early_while_what_runs_may_finish() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 1)
    sweep.propose(2, budget=1)
    preview = sweep.ask(AdvanceStage(), checkpoints={1: 1})
    assert preview.done == ("t0001",)
    assert preview.details == {"t0001": "continues from epoch 1, +26 epochs"}
    assert preview.epochs == 26
    for part in ("1 further coarse trial not proposed", "2 running trials may finish"):
        assert part in preview.sentence
    sweep.do(AdvanceStage())
    assert sweep.trial(1).state == Waiting()
    finish(sweep, 2)
    assert isinstance(sweep.trial(1).state, Running)
    finish(sweep, 1)
    assert sweep.view().state == "running"
    finish(sweep, 3)
    assert sweep.view().state == "finished"


def test_there_is_no_stage_after_the_last() -> None:
    sweep = sweep_of(COARSE)
    assert sweep.ask(AdvanceStage()).refused == "coarse is the only stage"
    sweep = sweep_of(COARSE, FINE)
    sweep.do(AdvanceStage())
    assert sweep.ask(AdvanceStage()).refused == "fine is the last stage"


def test_what_was_asked_for_the_stage_before_is_asked_anew_for_the_next() -> None:
    sweep = sweep_of(COARSE, MEDIUM)
    sweep.propose(1, budget=1)
    sweep.do(AdvanceStage())
    assert sweep.state.asked == 2


def test_a_stage_can_be_extended_and_shortened_again() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 2)
    preview = sweep.do(ExtendStage(trials=10))
    assert preview.sentence.startswith("extend coarse from 4 to 14 new trials; +10 epochs")
    assert funnel(sweep)[0] == ("coarse", "running", 2, 14)
    sweep.do(Undo())
    assert funnel(sweep)[0] == ("coarse", "running", 2, 4)


def test_a_stage_cannot_be_shortened_below_what_is_proposed() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 3)
    refused = sweep.ask(ExtendStage(trials=-2)).refused
    assert refused == "coarse has proposed 3 of its 4 trials: at most 1 fewer"


def test_shortening_the_stage_by_what_is_left_ends_it() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 3)
    sweep.do(ExtendStage(trials=-1))
    assert sweep.view().stage == "fine"


def test_extending_the_last_stage_wakes_a_finished_sweep() -> None:
    sweep = sweep_of(COARSE)
    run_through(sweep, 4)
    assert sweep.view().state == "finished"
    sweep.do(ExtendStage(trials=1))
    assert sweep.view().state == "running"
    assert Propose(count=1) in sweep.commands


def test_another_round_takes_as_many_new_trials_and_the_next_best() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 4)
    finish(sweep, 3)
    finish(sweep, 4)
    preview = sweep.do(RepeatStage(), checkpoints={1: 1, 2: 1})
    assert preview.done == ("t0002", "t0001")
    assert preview.epochs == 52
    assert sweep.view().state == "running"
    assert sweep.running(2).slot == 1
    assert funnel(sweep)[1] == ("fine", "running", 2, 4)
    finish(sweep, 1)
    finish(sweep, 2)
    assert "no further complete trial" in (sweep.ask(RepeatStage()).refused or "")


def test_a_round_asked_for_by_a_person_starts_past_a_limit() -> None:
    sweep = sweep_of(COARSE, FINE, limits=Limits(target=0.9))
    run_through(sweep, 2)
    sweep.propose(budget=1)
    finish(sweep, 3, acc=0.95)
    assert sweep.view().state == "finished"
    sweep.do(AdvanceStage())
    assert isinstance(sweep.trial(3).state, Running)


def test_a_stage_does_not_begin_by_itself_past_a_limit() -> None:
    sweep = sweep_of(COARSE, FINE, limits=Limits(target=0.5))
    run_through(sweep, 1)
    assert (sweep.view().state, sweep.view().stage) == ("finished", "coarse")


def test_pruning_the_last_of_a_stage_begins_the_next() -> None:
    sweep = sweep_of(COARSE, FINE)
    run_through(sweep, 3)
    sweep.propose(budget=1)
    sweep.do(Prune(trials=(4,)))
    sweep.end(4)
    assert sweep.view().stage == "fine"


class RestartingSweep(ToldSweep):
    """Loses its engine after every event; fails where the log makes anything else of it."""

    def record(self, event: Event) -> list[Command]:
        commands = super().record(event)
        if not isinstance(event, SweepCreated | EngineStarted):
            before = self.told()
            self.restart()
            assert self.told() == before
        return commands


def test_a_restart_in_the_middle_of_anything_replays_to_the_same() -> None:
    finalists = StagePlan(name="fine", budget=27, trials=1, promote=2, repeats=2)
    sweep = RestartingSweep(stages=(COARSE, MEDIUM, finalists))
    run_through(sweep, 3)
    sweep.do(ExtendStage(trials=2))
    run_through(sweep, 1)
    sweep.propose(1, budget=1)
    sweep.do(AdvanceStage())
    finish(sweep, 5)
    run_through(sweep, 2)
    for rounds in (1, 2):
        sweep.propose(1)
        while sweep.state.running:
            finish(sweep, next(iter(sweep.state.running)), acc=0.6)
        assert sweep.view().state == "finished"
        assert sweep.view().stages[2].total == 3 * rounds
        if rounds == 1:
            sweep.do(RepeatStage())


def test_a_sweep_without_stages_shows_one() -> None:
    sweep = ToldSweep(limits=Limits(trials=3))
    sweep.propose(2)
    assert sweep.view().stages == [
        StageView(name="main", budget=27, state="running", done=0, total=3)
    ]


def test_the_time_left_is_that_of_all_stages() -> None:
    sweep = sweep_of(COARSE, FINE, slots=1)
    assert sweep.view().eta_s is None
    run_through(sweep, 2)
    pace = sweep.state.epoch_seconds.mean
    assert sweep.view().eta_s == pytest.approx((2 * 1 + 2 * 26) * pace)


def test_a_sweep_that_ended_at_its_limit_of_trials_can_be_extended_and_undone() -> None:
    sweep = sweep_of(StagePlan(name="main", budget=1), limits=Limits(trials=2))
    run_through(sweep, 2)
    assert sweep.state.status == "finished"
    preview = sweep.do(ExtendStage(trials=3))
    assert preview.sentence.startswith("extend main from 2 to 5 new trials; +3 epochs")
    assert sweep.state.status == "running"
    assert sweep.state.trials_limit == 5
    sweep.do(Undo())
    assert sweep.state.trials_limit == 2
    assert sweep.state.status == "finished"

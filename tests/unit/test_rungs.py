"""Promotion from rung to rung: who goes on, when, and what a person's acts make of it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine.core.acts import (
    Add,
    Continue,
    ContinueScheduling,
    Pause,
    PauseScheduling,
    Promote,
    Prune,
    Retry,
    SetSlots,
    Undo,
)
from engine.core.events import VerdictReached
from engine.core.model import (
    Complete,
    Exited,
    Goal,
    Lost,
    Paused,
    Pruned,
    Running,
    Signalled,
    Trial,
    Waiting,
)
from engine.core.plan import Limits, RungPlan
from engine.core.rungs import nth
from engine.search.base import Exhausted, Proposal
from engine.simulate import Line, Run, Simulation
from tests.fakes.told_sweep import ToldSweep

RUNGS = RungPlan(budgets=(3, 9, 27))


def sweep_of(**plan: Any) -> ToldSweep:
    return ToldSweep(**{"rungs": RUNGS, "slots": 1, "prefetch": 0, **plan})


def finish(sweep: ToldSweep, number: int, acc: float) -> None:
    """Let a running trial reach its budget with this accuracy."""
    budget = sweep.trial(number).budget
    assert budget is not None
    sweep.report(number, budget, acc=acc - budget / 1000)
    sweep.end(number)


def run(sweep: ToldSweep, *accs: float) -> None:
    """Propose a trial for each accuracy and let it end at the first rung."""
    for acc in accs:
        sweep.propose(budget=3)
        finish(sweep, len(sweep.state.trials), acc)


def budgets(sweep: ToldSweep) -> list[int | None]:
    return [t.budget for t in sweep.state.trials.values()]


def on_the_way(sweep: ToldSweep) -> list[int]:
    return [t.number for t in sweep.state.trials.values() if isinstance(t.state, Running)]


def test_new_trials_begin_at_the_first_rung() -> None:
    assert sweep_of().state.stage.plan.budget == 3


def test_nobody_is_promoted_before_as_many_have_ended_as_one_in_so_many_needs() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.9)
    assert budgets(sweep) == [3, 3]
    assert sweep.state.asked == 1


def test_the_best_third_goes_on_as_the_same_trial_before_anything_new() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.9, 0.7)
    assert budgets(sweep) == [3, 9, 3]
    assert on_the_way(sweep) == [2]
    assert sweep.trial(2).next_attempt == 3
    assert sweep.history() == [
        "t0002 promoted to 9 epochs: acc 0.9 at epoch 3 is 1st of 3; the best goes on"
    ]


def test_one_that_was_not_the_best_goes_on_once_enough_have_ended() -> None:
    """Six have ended at the first rung: the best two go on, one of them already has."""
    sweep = sweep_of()
    run(sweep, 0.5, 0.9, 0.7)
    finish(sweep, 2, 0.95)
    run(sweep, 0.6, 0.4, 0.3)
    assert budgets(sweep) == [3, 9, 9, 3, 3, 3]
    assert sweep.history()[-1] == (
        "t0003 promoted to 9 epochs: acc 0.7 at epoch 3 is 2nd of 6; the best 2 go on"
    )


def test_higher_rungs_are_looked_at_first() -> None:
    """With t0008, two at the first rung can go on; the third of the second rung comes first."""
    sweep = sweep_of()
    run(sweep, 0.50, 0.90, 0.70)
    finish(sweep, 2, 0.95)
    run(sweep, 0.60, 0.40, 0.30)
    finish(sweep, 3, 0.99)
    run(sweep, 0.20, 0.10, 0.80)
    finish(sweep, 9, 0.85)
    assert on_the_way(sweep) == [3]
    assert sweep.trial(3).budget == 27
    assert sweep.history()[-1] == (
        "t0003 promoted to 27 epochs: acc 0.99 at epoch 9 is 1st of 3; the best goes on"
    )


def test_of_equal_trials_the_earlier_one_goes_on() -> None:
    sweep = sweep_of()
    run(sweep, 0.7, 0.7, 0.7)
    assert budgets(sweep) == [9, 3, 3]


def test_less_is_better_where_the_objective_is_minimized() -> None:
    sweep = sweep_of(goal=Goal.MINIMIZE)
    run(sweep, 0.5, 0.9, 0.7)
    assert budgets(sweep) == [9, 3, 3]
    assert "acc 0.5 at epoch 3 is 1st of 3" in sweep.history()[0]


def test_nobody_goes_on_beyond_the_last_rung() -> None:
    sweep = sweep_of(rungs=RungPlan(budgets=(3, 9), reduction=2), limits=Limits(trials=2))
    run(sweep, 0.5, 0.9)
    finish(sweep, 2, 0.95)
    assert sweep.view().state == "finished"
    assert budgets(sweep) == [3, 9]


def test_the_sweep_ends_when_the_limit_is_reached_and_nobody_can_be_promoted() -> None:
    sweep = sweep_of(limits=Limits(trials=3))
    run(sweep, 0.5, 0.9, 0.7)
    assert sweep.view().state == "running"
    finish(sweep, 2, 0.95)
    assert (sweep.view().state, sweep.view().sentence) == ("finished", "all 3 trials are done")


def test_a_trial_without_a_usable_objective_is_not_promoted() -> None:
    sweep = sweep_of(rungs=RungPlan(budgets=(3, 9), reduction=1.5))
    run(sweep, float("nan"), float("inf"), 0.1)
    assert budgets(sweep) == [3, 3, 9]


def test_a_script_that_ends_short_of_the_rung_stands_there_with_its_last_value() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.7)
    sweep.propose(budget=3)
    sweep.report(3, 2, acc=0.9)
    sweep.end(3)
    assert budgets(sweep) == [3, 3, 9]


def test_promotions_wait_while_the_scheduling_is_paused() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.9)
    sweep.propose(budget=3)
    sweep.do(PauseScheduling())
    finish(sweep, 3, 0.7)
    assert budgets(sweep) == [3, 3, 3]
    sweep.do(ContinueScheduling())
    assert budgets(sweep) == [3, 9, 3]


def test_only_as_many_are_promoted_as_slots_are_free() -> None:
    sweep = sweep_of(slots=6)
    sweep.propose(6, budget=3)
    sweep.do(PauseScheduling())
    for number in range(1, 7):
        finish(sweep, number, number / 10)
    sweep.do(SetSlots(count=1))
    sweep.do(ContinueScheduling())
    assert budgets(sweep) == [3, 3, 3, 3, 3, 9]
    finish(sweep, 6, 0.9)
    assert budgets(sweep) == [3, 3, 3, 3, 9, 9]


def test_a_promoted_trial_starts_before_prefetched_proposals() -> None:
    sweep = sweep_of(prefetch=2)
    sweep.propose(3, budget=3)
    finish(sweep, 1, 0.5)
    finish(sweep, 2, 0.9)
    sweep.propose(2, budget=3)
    finish(sweep, 3, 0.7)
    assert on_the_way(sweep) == [2]
    assert list(sweep.state.waiting) == [4, 5]


# Trials that do not end well ----------------------------------------------------------------


def test_a_trial_that_turned_out_infeasible_counts_as_the_worst() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.9)
    sweep.propose(budget=3)
    sweep.end(3, Exited(code=1, tail="CUDA out of memory"))
    assert budgets(sweep) == [3, 9, 3]


def test_a_trial_that_failed_otherwise_does_not_count() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.9)
    sweep.propose(budget=3)
    sweep.end(3, Exited(code=1, tail="KeyError: 'lr'"))
    assert budgets(sweep) == [3, 3, 3]


def test_a_failed_trial_that_is_retried_counts_once_it_is_through() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.7)
    sweep.propose(budget=3)
    sweep.end(3, Exited(code=1, tail="KeyError: 'lr'"))
    sweep.do(Retry(trials=(3,)))
    finish(sweep, 3, 0.9)
    assert sweep.trial(3).budget == 9


def test_a_lost_promoted_trial_goes_on_to_its_budget() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.9, 0.7)
    sweep.end(2, Lost(reason="power"))
    assert on_the_way(sweep) == [2]
    assert (sweep.trial(2).budget, sweep.trial(2).next_attempt) == (9, 4)


def test_a_trial_with_nothing_more_to_gain_stands_at_every_rung_and_stays_there() -> None:
    sweep = sweep_of(rungs=RungPlan(budgets=(3, 9), reduction=1.5))
    sweep.propose(budget=3)
    sweep.report(1, 2, acc=0.9)
    sweep.tell(
        VerdictReached, trial=1, attempt=1, rule="target", sentence="0.9 reached", converged=True
    )
    sweep.end(1, Signalled(signal=15))
    run(sweep, 0.5)
    assert [len(r) for r in sweep.state.ladder.rungs] == [2, 1]
    assert budgets(sweep) == [3, 3]
    run(sweep, 0.6)
    assert budgets(sweep) == [3, 3, 9]
    assert "2nd of 3" in sweep.history()[-1]


# What people do -----------------------------------------------------------------------------


def test_a_pruned_trial_is_never_promoted_and_has_lost() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.7)
    sweep.propose(budget=3)
    sweep.report(3, 2, acc=0.99)
    sweep.do(Prune(trials=(3,)))
    sweep.end(3, Signalled(signal=15))
    assert isinstance(sweep.trial(3).state, Pruned)
    assert budgets(sweep) == [3, 9, 3]


def test_a_trial_that_a_person_promoted_counts_at_every_rung_it_passed() -> None:
    sweep = sweep_of()
    run(sweep, 0.5)
    sweep.do(Promote(trials=(1,), budget=27))
    sweep.report(1, *range(4, 28), acc=0.8)
    sweep.end(1)
    assert [len(r) for r in sweep.state.ladder.rungs] == [1, 1, 1]
    assert sweep.view().state == "running"


def test_a_person_promotes_to_the_next_rung() -> None:
    sweep = sweep_of()
    run(sweep, 0.5)
    assert sweep.ask(Promote(trials=(1,))).sentence.startswith("promote t0001 to 9 epochs")


def test_a_trial_promoted_by_a_person_is_not_promoted_again_meanwhile() -> None:
    sweep = sweep_of(slots=2)
    run(sweep, 0.5, 0.9)
    sweep.do(Promote(trials=(2,)))
    run(sweep, 0.7)
    assert budgets(sweep) == [3, 9, 3]
    assert not any("promoted to 9 epochs: acc" in told for told in sweep.history())


def test_a_promotion_that_a_person_takes_back_leaves_the_trial_where_it_stood() -> None:
    sweep = sweep_of(slots=1)
    run(sweep, 0.5)
    sweep.propose(budget=3)
    sweep.do(Promote(trials=(1,)))
    assert isinstance(sweep.trial(1).state, Waiting)
    sweep.do(Undo())
    assert isinstance(sweep.trial(1).state, Complete)
    assert sweep.trial(1).budget == 3
    assert len(sweep.state.ladder.rungs[0]) == 1


def test_a_trial_paused_in_the_last_epoch_of_its_rung_stays_until_it_is_continued() -> None:
    sweep = sweep_of(budget=27)
    run(sweep, 0.5, 0.6)
    sweep.propose(budget=3)
    sweep.do(Pause(trials=(3,)))
    finish(sweep, 3, 0.9)
    assert isinstance(sweep.trial(3).state, Paused)
    assert on_the_way(sweep) != [3]
    sweep.do(Continue(trials=(3,)))
    assert on_the_way(sweep) == [3]
    sweep.end(3)
    assert sweep.trial(3).budget == 9


def test_a_trial_that_a_person_adds_takes_part() -> None:
    sweep = sweep_of()
    sweep.do(Add(values={"lr": 0.5, "width": 64, "dropout": 0.1}))
    finish(sweep, 1, 0.9)
    run(sweep, 0.5, 0.6)
    assert budgets(sweep) == [9, 3, 3]


def test_what_a_person_queued_has_its_slot_before_a_promotion() -> None:
    sweep = sweep_of(slots=1)
    run(sweep, 0.5, 0.9)
    sweep.propose(budget=3)
    sweep.do(Add(values={"lr": 0.5, "width": 64, "dropout": 0.1}))
    finish(sweep, 3, 0.7)
    assert on_the_way(sweep) == [4]
    assert budgets(sweep) == [3, 3, 3, 3]
    finish(sweep, 4, 0.1)
    assert on_the_way(sweep) == [2]


# Restarts and whole sweeps ------------------------------------------------------------------


def test_a_replay_gives_the_same_rungs() -> None:
    sweep = sweep_of()
    run(sweep, 0.5, 0.9, 0.7)
    finish(sweep, 2, 0.95)
    run(sweep, 0.6, 0.4)
    before, rungs = sweep.told(), [r.keys for r in sweep.state.ladder.rungs]
    sweep.restart()
    assert sweep.told() == before
    assert [r.keys for r in sweep.state.ladder.rungs] == rungs
    run(sweep, 0.3)
    assert on_the_way(sweep) == [3]


def test_the_rungs_are_described() -> None:
    sweep = sweep_of(rungs=RungPlan(budgets=(3, 9, 27), first_is_auto=True))
    run(sweep, 0.5, 0.9, 0.7)
    assert sweep.machine.rules() == [
        "asha promotes the best 1/3 of each rung: 3 at 3, 0 at 9, 0 at 27 epochs; "
        "the first rung is a ninth of the budget"
    ]


def simulate(seed: int, slots: int, count: int) -> Simulation:
    quality = random.Random(seed)
    ends = [quality.random() for _ in range(count)]

    def propose(index: int) -> tuple[Proposal | Exhausted, int]:
        return Proposal(params={"end": ends[index]}, origin=f"#{index}"), index + 1

    def script(trial: Trial, attempt: int) -> Run:
        begin, end = trial.last_step or 0, trial.params["end"]
        lines = [Line(1.0 + end, step, {"acc": end}) for step in range(begin + 1, 28)]
        return Run(lines)

    sweep = sweep_of(slots=slots, limits=Limits(trials=count))
    return Simulation(sweep.state.plan, propose, script)


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_a_third_of_a_third_reaches_the_full_budget_and_every_epoch_is_run_once(slots: int) -> None:
    state = simulate(1, slots, 27).run()
    assert state.status == "finished"
    reached = [len(r) for r in state.ladder.rungs]
    assert reached[0] == 27
    assert reached[1] >= 9
    assert reached[2] >= 3
    for trial in state.trials.values():
        assert trial.steps == list(range(1, (trial.budget or 0) + 1))
        assert trial.reports == trial.budget
    best = max(state.trials.values(), key=lambda t: t.params["end"])
    assert best.budget == 27


def test_promotions_equal_the_algorithm_done_naively() -> None:
    """Against Algorithm 2 written as the paper has it, over random sweeps with one slot."""
    for seed in range(30):
        state = simulate(seed, 1, 40).run()
        promoted = [(t.number, a.budget) for t in state.trials.values() for a in t.attempts]
        in_order = sorted(promoted, key=lambda p: _started(state.trials[p[0]], p[1]))
        assert in_order == _naive([t.params["end"] for t in state.trials.values()])


def _started(trial: Trial, budget: int | None) -> float:
    return next(a.started_at for a in trial.attempts if a.budget == budget)


def _naive(ends: list[float]) -> list[tuple[int, int]]:
    """Jobs in the order a single worker gets them: trial, budget."""
    done: list[dict[int, float]] = [{} for _ in RUNGS.budgets]
    promoted: list[set[int]] = [set() for _ in RUNGS.budgets]
    jobs: list[tuple[int, int]] = []
    begun = 0
    while True:
        number, rung = 0, 0
        for k in (1, 0):
            top = sorted(done[k], key=lambda t: -done[k][t])[: len(done[k]) // 3]
            if promotable := [t for t in top if t not in promoted[k]]:
                number, rung = promotable[0], k + 1
                promoted[k].add(number)
                break
        if not number:
            if begun == len(ends):
                return jobs
            begun += 1
            number = begun
        done[rung][number] = ends[number - 1]
        jobs.append((number, RUNGS.budgets[rung]))


@pytest.mark.parametrize(
    ("place", "word"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st")],
)
def test_places_are_ordinals(place: int, word: str) -> None:
    assert nth(place) == word

"""Where promoted trials begin: a ninth of the budget, until their curves speak for another rung."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from engine.core.judging import Verdict
from engine.core.model import Params, Report, Trial
from engine.core.peers import Peers
from engine.core.plan import Limits, RungPlan
from engine.core.rungs import FirstRung
from engine.core.state import SweepState
from engine.search.base import Proposal
from engine.simulate import Line, Run, Simulation
from engine.stopping.asha import Asha
from tests.fakes.told_sweep import ToldSweep

AUTO = RungPlan(budgets=(1, 3, 9, 27), begins=1, first_is_auto=True)


class Says:
    """A rule that has worked out a first rung, and stops nothing."""

    name = "asha"
    advisory = False

    def __init__(self, step: int, *, provisional: bool = False) -> None:
        self._rung = FirstRung(
            step=step, sentence=f"first rung: epoch {step}", provisional=provisional
        )

    def judge(self, trial: Trial, report: Report, peers: Peers) -> Verdict | None:
        peers.worked_out[FirstRung] = self._rung
        return None

    def describe(self, peers: Peers) -> str | None:
        return None


def sweep_told(step: int, *, provisional: bool = False, **plan: Any) -> ToldSweep:
    says = Says(step, provisional=provisional)
    return ToldSweep(judges=[says], **{"rungs": AUTO, "slots": 1, "prefetch": 0, **plan})


def finish(sweep: ToldSweep, number: int, acc: float) -> None:
    """Let a running trial come to its budget, with this accuracy all the way."""
    budget = sweep.trial(number).budget
    assert budget is not None
    for step in range((sweep.trial(number).last_step or 0) + 1, budget + 1):
        sweep.report(number, step, acc=acc)
    sweep.end(number)


def run(sweep: ToldSweep, *accs: float) -> None:
    """Propose a trial for each accuracy as the search would, and let it end at its first rung."""
    for acc in accs:
        sweep.propose(budget=sweep.state.stage.plan.budget)
        finish(sweep, len(sweep.state.trials), acc)


def test_trials_begin_at_a_ninth_of_the_budget_while_nothing_is_known() -> None:
    assert sweep_told(1).state.stage.plan.budget == 3
    sweep = sweep_told(9, provisional=True)
    run(sweep, 0.5)
    assert sweep.state.stage.plan.budget == 3


@pytest.mark.parametrize(
    ("step", "begins"), [(1, 1), (2, 3), (3, 3), (4, 9), (9, 9), (13, 9), (27, 9)]
)
def test_they_begin_at_the_lowest_rung_that_tells_something_and_never_at_the_last(
    step: int, begins: int
) -> None:
    sweep = sweep_told(step)
    run(sweep, 0.5)
    assert sweep.state.stage.plan.budget == begins


def test_a_rung_that_was_set_stays() -> None:
    sweep = sweep_told(9, rungs=RungPlan(budgets=(3, 9, 27)))
    run(sweep, 0.5)
    assert sweep.state.stage.plan.budget == 3


def test_those_that_began_lower_are_promoted_as_ever() -> None:
    sweep = sweep_told(9)
    run(sweep, 0.5)
    for acc in (0.9, 0.7):
        sweep.propose(budget=3)
        finish(sweep, len(sweep.state.trials), acc)
    assert [t.budget for t in sweep.state.trials.values()] == [3, 9, 3]


def test_one_that_begins_lower_is_measured_against_all_that_came_by() -> None:
    sweep = sweep_told(1)
    run(sweep, 0.9, 0.8, 0.1)
    assert [t.budget for t in sweep.state.trials.values()] == [3, 1, 1]
    run(sweep, 0.7, 0.85, 0.95)
    assert [t.budget for t in sweep.state.trials.values()] == [3, 1, 1, 1, 1, 3]
    assert sweep.history()[-1] == (
        "t0006 promoted to 3 epochs: acc 0.951 at epoch 1 is 1st of 6; the best 2 go on"
    )


def test_it_is_shown_where_trials_begin_and_why() -> None:
    sweep = sweep_told(2, provisional=True)
    assert sweep.machine.rules()[-1].endswith(
        "0 at 3, 0 at 9, 0 at 27 epochs; the first rung is a ninth of the budget"
    )
    elsewhere = sweep_told(2, provisional=True)
    run(elsewhere, 0.5)
    assert elsewhere.machine.rules()[-1].endswith(
        "; the first rung is at 3 until curves speak for another"
    )
    exact, lower, between = sweep_told(9), sweep_told(1), sweep_told(4)
    for one in (exact, lower, between):
        run(one, 0.5)
    assert exact.machine.rules()[-1].endswith("1 at 3, 0 at 9, 0 at 27 epochs; first rung: epoch 9")
    assert "1 at 1, 1 at 3, 0 at 9" in lower.machine.rules()[-1]
    assert between.machine.rules()[-1].endswith(
        "first rung: epoch 4, so trials begin with 9 epochs"
    )


def test_another_engine_goes_on_with_the_rung_that_was_found() -> None:
    sweep = sweep_told(9)
    run(sweep, 0.5, 0.6)
    before = sweep.view()
    sweep.restart()
    assert sweep.state.stage.plan.budget == 9
    assert sweep.view().rules == before.rules


def simulated(count: int, accuracy: Callable[[Params, int], float]) -> SweepState:
    """Run a sweep of random trials, each with two qualities, promoted by asha."""
    chance = random.Random(2)
    trials = [{"early": chance.random(), "late": chance.random()} for _ in range(count)]

    def propose(index: int) -> tuple[Proposal, int]:
        return Proposal(params=trials[index], origin=f"#{index}"), index + 1

    def script(trial: Trial, attempt: int) -> Run:
        steps = range((trial.last_step or 0) + 1, 28)
        return Run(Line(1.0, step, {"acc": accuracy(trial.params, step)}) for step in steps)

    plan = ToldSweep(rungs=AUTO, slots=1, prefetch=0, limits=Limits(trials=count)).state.plan
    return Simulation(plan, propose, script, judges=[Asha(mode="promote")]).run()


def begun(state: SweepState) -> list[int | None]:
    return [trial.attempts[0].budget for trial in state.trials.values()]


def test_asha_finds_that_early_rankings_mislead_and_begins_later() -> None:
    """What is best at epoch 3 is worst from epoch 5 on."""
    state = simulated(80, lambda p, step: 1.0 + p["late"] if step >= 5 else 0.5 - p["late"] / 2)
    assert (begun(state)[0], begun(state)[-1]) == (3, 9)
    assert begun(state) == sorted(begun(state))


def test_asha_begins_lower_where_the_first_epoch_tells_what_comes() -> None:
    state = simulated(80, lambda p, step: p["late"] * step / 27)
    assert (begun(state)[0], begun(state)[-1]) == (3, 1)


def test_a_ranking_that_foretells_only_that_of_the_floor_is_not_enough_to_begin_lower() -> None:
    """Epochs 1 to 4 agree with each other, and say nothing of what comes from epoch 5 on."""
    state = simulated(60, lambda p, step: 1.0 + p["late"] if step >= 5 else p["early"])
    assert len(state.peers.full_length(0)) >= 5
    assert set(begun(state)) <= {3, 9}

"""Rules that only advise, and rules that a person has overruled."""

from __future__ import annotations

from typing import Any

import pytest

from engine.core.acts import Promote, Prune, Revive
from engine.core.commands import StopAttempt
from engine.core.events import VerdictReached
from engine.core.judging import Judge
from engine.core.model import Complete, Goal, Pruned, Running, Signalled, Trial
from engine.core.plan import Limits, Plan
from engine.core.projection import trial_view
from engine.search.base import Proposal
from engine.simulate import Line, Run, Simulation
from engine.stopping.registry import make_rule
from tests.fakes.told_sweep import ToldSweep

PATIENCE = ("patience", {"epochs": 3})
TARGET = ("target", {"value": 0.9})


def rule(made: tuple[str, dict[str, Any]], *, advisory: bool = False) -> Judge:
    return make_rule(*made, advisory=advisory)


def told(*judges: Judge, **plan: Any) -> ToldSweep:
    sweep = ToldSweep(judges=judges, **plan)
    sweep.propose(3)
    return sweep


def flat(sweep: ToldSweep, trial: int, *steps: int) -> None:
    """Report an accuracy that gets worse from epoch to epoch."""
    for step in steps:
        sweep.report(trial, step, acc=0.5 - step / 100)


def test_a_rule_that_advises_stops_nothing_and_its_advice_stays_with_the_trial() -> None:
    sweep = told(rule(PATIENCE, advisory=True))
    flat(sweep, 1, 1, 2, 3, 4)
    assert sweep.trial(1).advice == (
        "patience: no improvement of acc over 3 epochs: 0.491 at epoch 1, 0.464 at epoch 4"
    )
    assert sweep.rows["t0001"].advice == sweep.trial(1).advice
    assert isinstance(sweep.trial(1).state, Running)
    assert not any(isinstance(c, StopAttempt) for c in sweep.commands)
    sweep.report(1, 27, acc=0.9)
    sweep.end(1)
    assert isinstance(sweep.trial(1).state, Complete)
    assert sweep.rows["t0001"].advice == sweep.trial(1).advice


def test_what_is_said_of_a_rule_tells_that_it_only_advises() -> None:
    brackets = ("hyperband", {"min_iter": 3})
    stands = "hyperband, as in W&B: the best 1/3 go on at brackets 3, 9"
    assert told(rule(brackets)).machine.rules() == [stands]
    assert told(rule(brackets, advisory=True)).machine.rules() == [f"{stands}; advises only"]


def test_the_history_tells_advice_as_advice() -> None:
    sweep = told(rule(PATIENCE, advisory=True))
    flat(sweep, 1, 1, 2, 3, 4)
    decision = sweep.machine.history.decisions[-1]
    assert (decision.who, decision.what, decision.trials) == ("patience", "advise", ("t0001",))
    assert decision.sentence.startswith("t0001: patience would stop it: no improvement of acc ")


def test_a_rule_advises_once_of_a_trial_however_often_it_would_stop_it() -> None:
    sweep = told(rule(PATIENCE, advisory=True))
    flat(sweep, 1, 1, 2, 3, 4, 5, 6, 7)
    advised = [e.event for e in sweep.log if isinstance(e.event, VerdictReached)]
    assert [e.advisory for e in advised] == [True]
    flat(sweep, 2, 1, 2, 3, 4)
    assert sweep.trial(2).advice is not None


def test_another_rule_may_stop_what_one_only_advises_on() -> None:
    sweep = told(rule(PATIENCE, advisory=True), rule(TARGET))
    flat(sweep, 1, 1, 2, 3, 4)
    sweep.report(1, 5, acc=0.95)
    assert sweep.running(1).ending is not None
    sweep.end(1, Signalled(signal=15))
    state = sweep.trial(1).state
    assert isinstance(state, Pruned)
    assert (state.converged, state.reason.partition(":")[0]) == (True, "target")
    assert "patience" in (sweep.trial(1).advice or "")


def test_a_restart_remembers_who_has_advised() -> None:
    sweep = told(rule(PATIENCE, advisory=True))
    flat(sweep, 1, 1, 2, 3, 4)
    before = sweep.told()
    sweep.restart()
    assert sweep.told() == before
    flat(sweep, 1, 5)
    assert len([e for e in sweep.log if isinstance(e.event, VerdictReached)]) == 1


def test_a_whole_sweep_with_an_advising_rule_runs_to_its_end() -> None:
    def run(advisory: bool) -> Simulation:
        def worsening(trial: Trial, attempt: int) -> Run:
            good = trial.number % 3 == 0
            values = [0.5 + (0.01 if good else -0.01) * step for step in range(1, 13)]
            return Run([Line(1.0, step, {"acc": v}) for step, v in enumerate(values, 1)])

        plan = Plan(
            name="s",
            metric="acc",
            goal=Goal.MAXIMIZE,
            slots=2,
            budget=12,
            limits=Limits(trials=9),
        )
        propose = lambda i: (Proposal(params={"lr": i / 10}, origin="random"), i + 1)  # noqa: E731
        simulation = Simulation(
            plan, propose, worsening, judges=[rule(PATIENCE, advisory=advisory)]
        )
        simulation.run()
        return simulation

    advised, stopped = run(True).state.trials, run(False).state.trials
    assert all(isinstance(t.state, Complete) for t in advised.values())
    would_stop = [n for n, trial in advised.items() if trial.advice]
    assert would_stop == [n for n, trial in stopped.items() if isinstance(trial.state, Pruned)]
    assert would_stop == [1, 2, 4, 5, 7, 8]
    assert trial_view(advised[1]).advice == trial_view(stopped[1]).reason


# A person's word ---------------------------------------------------------------------------


def stopped_by_patience(**plan: Any) -> ToldSweep:
    sweep = told(rule(PATIENCE), rule(TARGET), **plan)
    flat(sweep, 1, 1, 2, 3, 4)
    sweep.end(1, Signalled(signal=15))
    assert isinstance(sweep.trial(1).state, Pruned)
    return sweep


def test_a_revived_trial_is_not_stopped_again_by_the_rule_that_had_stopped_it() -> None:
    sweep = stopped_by_patience(slots=4)
    sweep.do(Revive(trials=(1,)), checkpoints={1: 4})
    flat(sweep, 1, 5, 6, 7, 8, 9)
    assert sweep.running(1).ending is None
    sweep.report(1, 10, acc=0.95)
    assert (sweep.running(1).reason or "").startswith("target: ")


def test_a_restart_remembers_what_a_person_overruled() -> None:
    sweep = stopped_by_patience(slots=4)
    sweep.do(Revive(trials=(1,)), checkpoints={1: 4})
    sweep.restart()
    flat(sweep, 1, 5, 6)
    assert sweep.running(1).ending is None


def test_a_promoted_trial_goes_on_although_it_had_nothing_more_to_gain() -> None:
    sweep = stopped_by_patience(slots=4)
    sweep.do(Promote(trials=(1,), budget=40), checkpoints={1: 4})
    flat(sweep, 1, 5, 6)
    assert sweep.running(1).ending is None


def test_a_trial_that_a_person_pruned_and_revived_is_judged_as_any_other() -> None:
    sweep = told(rule(PATIENCE), slots=4)
    flat(sweep, 1, 1, 2)
    sweep.do(Prune(trials=(1,)))
    sweep.end(1, Signalled(signal=15))
    sweep.do(Revive(trials=(1,)), checkpoints={1: 2})
    flat(sweep, 1, 3, 4)
    assert sweep.running(1).ending is not None


@pytest.mark.parametrize("made", [PATIENCE, TARGET, ("plateau", {"epochs": 3})])
def test_a_trial_at_its_budget_is_complete_whatever_a_rule_would_say(
    made: tuple[str, dict[str, Any]],
) -> None:
    sweep = ToldSweep(judges=[rule(made)])
    sweep.propose(budget=4)
    for step in (1, 2, 3):
        sweep.report(1, step, acc=0.5 - step / 1000)
    sweep.report(1, 4, acc=0.95 if made is TARGET else 0.496)
    assert sweep.running(1).ending is None
    sweep.end(1)
    assert isinstance(sweep.trial(1).state, Complete)

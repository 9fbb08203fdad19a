"""Whole sweeps on a virtual clock, through the real machine and store."""

from __future__ import annotations

import random

import pytest

from engine.core.acts import Prune
from engine.core.events import Acted
from engine.core.model import (
    Complete,
    Exited,
    Failed,
    Goal,
    Lost,
    Trial,
)
from engine.core.plan import Limits, Plan
from engine.core.projection import trial_view
from engine.search.base import Exhausted, Proposal
from engine.simulate import Line, Run, Simulation
from engine.stopping.diverged import Diverged
from engine.store.memory import MemoryStore


def propose(index: int) -> tuple[Proposal | Exhausted, int]:
    params = {"lr": random.Random(index).random()}
    return Proposal(params=params, origin=f"random #{index}"), index + 1


def curve(trial: Trial, attempt: int) -> Run:
    """Twenty epochs of ten virtual seconds that end near 1 - lr."""
    end = 1.0 - trial.params["lr"]
    lines = [Line(10.0, step, {"acc": end * (1 - 0.8**step)}) for step in range(1, 21)]
    return Run(lines)


def plan(**changes: object) -> Plan:
    fields: dict[str, object] = {
        "name": "simulated",
        "metric": "acc",
        "goal": Goal.MAXIMIZE,
        "slots": 4,
        "budget": 20,
        "limits": Limits(trials=50),
    }
    return Plan(**{**fields, **changes})  # type: ignore[arg-type]


def test_a_sweep_runs_to_its_end_with_every_slot_busy() -> None:
    store = MemoryStore()
    simulation = Simulation(plan(), propose, curve, store=store)
    state = simulation.run()
    assert state.status == "finished"
    assert all(isinstance(t.state, Complete) for t in state.trials.values())
    assert simulation.now == pytest.approx(13 * 200.0)
    assert sum(1 for _ in store.reports()) == 50 * 20


def test_the_number_of_slots_does_not_change_what_is_proposed() -> None:
    ends = [Simulation(plan(slots=n), propose, curve).run() for n in (1, 7)]
    one, seven = [[(t.params, t.seed) for t in s.trials.values()] for s in ends]
    assert one == seven


def test_restarts_at_any_moment_change_nothing_of_the_outcome() -> None:
    calm = Simulation(plan(), propose, curve, store=MemoryStore()).run()
    simulation = Simulation(plan(), propose, curve, store=MemoryStore())
    moments = random.Random(7)
    while simulation.step():
        if moments.random() < 0.05:
            simulation.restart()
    simulation.commit()
    assert [trial_view(t) for t in simulation.state.trials.values()] == [
        trial_view(t) for t in calm.trials.values()
    ]


def test_a_restart_replays_to_the_state_it_left() -> None:
    store = MemoryStore()
    simulation = Simulation(plan(), propose, curve, judges=[Diverged()], store=store)
    simulation.run(until=555.0)
    simulation.record(Acted(at=555.0, request="a", who="ann", act=Prune(trials=(3, 5))))
    before = [trial_view(t) for t in simulation.state.trials.values()]
    simulation.restart()
    assert [trial_view(t) for t in simulation.state.trials.values()] == before


def test_lost_attempts_go_on_and_failures_do_not_end_the_others() -> None:
    def fate(trial: Trial, attempt: int) -> Run:
        if trial.number % 5 == 0 and attempt == 1:
            return Run(curve(trial, attempt).lines[:5], exit=Lost(reason="power"))
        if trial.number % 7 == 0:
            return Run([], exit=Exited(code=1, tail="ValueError: no"))
        return curve(trial, attempt)

    state = Simulation(plan(), propose, fate).run()
    assert state.status == "finished"
    assert state.counts["complete"] + state.counts["failed"] == 50
    failed = [t for t in state.trials.values() if isinstance(t.state, Failed)]
    assert {t.number % 7 for t in failed} == {0}
    assert state.trials[5].steps == list(range(1, 21))


def test_slots_are_never_oversold() -> None:
    simulation = Simulation(plan(slots=3), propose, curve)
    while simulation.step():
        assert len(simulation.state.running) <= 3
        owners = simulation.state.slots.owners()
        assert sorted(owners.values()) == sorted(simulation.state.running)


@pytest.mark.parametrize("limits", [Limits(hours=0.25), Limits(slot_hours=1.0)])
def test_a_sweep_whose_time_is_over_starts_nothing_more(limits: Limits) -> None:
    simulation = Simulation(plan(limits=limits), propose, curve)
    state = simulation.run()
    (reached,) = [d.at for d in simulation.machine.history.decisions if "limit" in d.what]
    assert reached == pytest.approx(900.0)
    assert state.status == "finished"
    assert state.counts["complete"] == 20
    assert max(t.attempts[0].started_at for t in state.trials.values() if t.attempts) < 900.0


def test_an_exhausted_search_ends_the_sweep() -> None:
    def three(index: int) -> tuple[Proposal | Exhausted, int]:
        if index >= 3:
            return Exhausted(reason="the grid has 3 configurations, all proposed"), index
        return propose(index)

    state = Simulation(plan(limits=Limits()), three, curve).run()
    assert (state.status, state.counts["complete"]) == ("finished", 3)
    assert state.sentence == "the grid has 3 configurations, all proposed"

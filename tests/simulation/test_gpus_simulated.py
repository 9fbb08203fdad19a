"""Whole sweeps on eight GPUs that break, fill up and come back, on a virtual clock."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest

from engine.core.devices import Standing
from engine.core.events import DevicesChanged
from engine.core.model import Complete, Exited, Goal, Running, Trial
from engine.core.plan import Limits, Plan, StagePlan
from engine.core.projection import trial_view
from engine.core.state import SweepState
from engine.search.base import Exhausted, Proposal
from engine.simulate import Line, Run, Simulation
from engine.store.memory import MemoryStore
from tests.fakes.invariants import fits, gpus_are_never_oversold
from tests.fakes.standings import box, standing

GPUS = 8
STAGES = (
    StagePlan(name="coarse", budget=2, trials=60, gpus=0.25),
    StagePlan(name="medium", budget=4, trials=30, promote=10, gpus=1.0),
    StagePlan(name="fine", budget=8, trials=4, promote=8, repeats=2, gpus=2.0),
)


def propose(index: int) -> tuple[Proposal | Exhausted, int]:
    chance = random.Random(index)
    params = {"lr": chance.random(), "pace": chance.uniform(5.0, 15.0)}
    return Proposal(params=params, origin=f"random #{index}"), index + 1


def curve(trial: Trial, attempt: int) -> Run:
    """A few epochs, from where it was."""
    first = (trial.last_step or 0) + 1
    lines = [Line(trial.params["pace"], step, {"acc": step / 10}) for step in range(first, 9)]
    return Run(lines)


def out_of_memory(trial: Trial, attempt: int) -> Run:
    """Every seventh trial is too big to share a GPU."""
    run = curve(trial, attempt)
    if trial.number % 7 or not trial.attempts[-1].had_neighbours:
        return run
    return Run(list(run.lines)[:1], exit=Exited(code=1, fault="oom"))


def plan(**changes: object) -> Plan:
    fields: dict[str, object] = {
        "name": "simulated",
        "metric": "acc",
        "goal": Goal.MAXIMIZE,
        "slots": 4,
        "budget": 8,
        "gpus": 1.0,
        "auto_slots": True,
        "stages": STAGES,
    }
    return Plan(**{**fields, **changes})  # type: ignore[arg-type]


def troubles(seed: int) -> Iterator[tuple[float, Sequence[Standing]]]:
    """All are fine at first and at last; between, each breaks, fills up or vanishes at times."""
    chance = random.Random(seed)
    yield 0.0, box(GPUS)
    at = 0.0
    for _ in range(60):
        at += chance.uniform(1.0, 12.0)
        state = chance.choice(["open", "open", "closed", "quarantined", "gone"])
        yield at, (standing(chance.randrange(GPUS), state, f"trouble {at:.0f}"),)
    yield at + 1.0, box(GPUS)


def nothing_is_idle_or_oversold(state: SweepState) -> None:
    gpus_are_never_oversold(state)
    assert not any(fits(state, number) for number in state.waiting)


def test_stages_of_quarters_wholes_and_pairs_leave_no_gpu_idle_that_a_trial_could_have() -> None:
    simulation = Simulation(plan(), propose, curve, looks=[(0.0, box(GPUS))])
    sizes = set()
    while simulation.step():
        nothing_is_idle_or_oversold(simulation.state)
        sizes |= {trial_view(simulation.state.trials[n]).gpus for n in simulation.state.running}
    assert sizes == {0.25, 1.0, 2.0}
    state = simulation.state
    assert state.status == "finished"
    assert all(isinstance(t.state, Complete) for t in state.trials.values())
    assert state.gpus.held() == 0


@pytest.mark.parametrize("seed", range(3))
def test_whatever_becomes_of_the_gpus_and_the_engine_no_trial_is_lost(seed: int) -> None:
    simulation = Simulation(
        plan(), propose, out_of_memory, looks=troubles(seed), store=MemoryStore()
    )
    moments = random.Random(seed)
    while simulation.step():
        nothing_is_idle_or_oversold(simulation.state)
        if moments.random() < 0.02:
            simulation.restart()
    state = simulation.state
    assert state.status == "finished"
    assert all(isinstance(t.state, Complete) for t in state.trials.values())
    told = [d.sentence for d in simulation.machine.history.decisions]
    assert any("was lost: trouble" in sentence for sentence in told)
    assert any("goes on alone" in sentence for sentence in told)


def test_nothing_is_placed_while_no_gpu_is_open_and_all_is_at_once_when_some_are() -> None:
    looks = [(0.0, box(2, "closed")), (100.0, box(2))]
    simulation = Simulation(plan(stages=(), limits=Limits(trials=4)), propose, curve, looks=looks)
    simulation.run(until=99.0)
    assert not simulation.state.running
    simulation.run(until=100.0)
    assert len(simulation.state.running) == 2
    assert simulation.run().counts["complete"] == 4


def test_a_restart_knows_who_has_which_gpu_before_any_look() -> None:
    simulation = Simulation(plan(), propose, curve, looks=[(0.0, box(GPUS))], store=MemoryStore())
    simulation.run(until=33.0)
    before = {n: simulation.state.gpus.of(n) for n in simulation.state.running}
    simulation.restart()
    assert {n: simulation.state.gpus.of(n) for n in simulation.state.running} == before
    assert all(isinstance(simulation.state.trials[n].state, Running) for n in before)


def test_ten_thousand_waiting_trials_cost_a_look_no_more_than_a_few() -> None:
    """Counted, not timed: how many GPUs a look has the ledger judge, whoever waits."""
    asked = []
    for count in (20, 2000):
        simulation = Simulation(
            plan(stages=(), prefetch=count, limits=Limits(trials=count)),
            propose,
            curve,
            looks=[(0.0, box(GPUS))],
        )
        simulation.run(until=1.0)
        gpus = simulation.state.gpus
        judged, usable = [0], gpus.usable

        def counted(uuid: str, judged: list[int] = judged, usable=usable) -> bool:  # type: ignore[no-untyped-def]
            judged[0] += 1
            return bool(usable(uuid))

        gpus.usable = counted  # type: ignore[method-assign]
        simulation.record(DevicesChanged(at=simulation.now, standings=box(GPUS)))
        asked.append(judged[0])
        assert len(simulation.state.waiting) == count - GPUS
    assert asked[0] == asked[1]

"""Sweeps that evolve, on a virtual clock, from a config to the last round."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import log10
from pathlib import Path

import pytest

from engine.config.evolution import evolver_of
from engine.config.load import load_config
from engine.config.plan import to_plan
from engine.core.acting import Facts
from engine.core.acts import (
    Act,
    Add,
    AdvanceStage,
    Clone,
    Continue,
    EditSpace,
    ExtendStage,
    Pause,
    Promote,
    Prune,
    PutBack,
    Revive,
    Undo,
)
from engine.core.edits import SetRange
from engine.core.events import Acted
from engine.core.lineage import lineage_of
from engine.core.model import Complete, Exited, Failed, Pruned, Trial
from engine.core.projection import sweep_view, trial_view
from engine.core.state import SweepState
from engine.core.views import TrialView
from engine.proposing import ConfiguredProposals
from engine.simulate import Line, Run, Script, Simulation
from engine.space.keeper import Keeper, document_of
from engine.store.memory import MemoryStore

CONFIG = """\
name: evolving
program: train.py
metric: {name: acc, goal: maximize}
parameters:
  lr: {min: 1e-5, max: 1.0, scale: log}
  dropout: {min: 0.0, max: 0.9}
  width: {values: [32, 64, 128]}
method: evolution
search: {population: 6, rounds: 5, quantile: 0.34, perturb: [lr, dropout]}
budget: {parameter: epochs, max: 20}
"""


def script(trial: Trial, attempt: int) -> Run:
    """Epochs of ten seconds from the last checkpoint on; best at lr 0.01."""
    far = abs(log10(trial.params["lr"]) + 2) / 5 + trial.params["dropout"] / 10

    def lines() -> Iterator[Line]:
        step = trial.last_step or 0
        while True:
            step += 1
            yield Line(10.0, step, {"acc": (1 - far) * (1 - 0.8**step)})

    return Run(lines())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    (tmp_path / "sweep.yaml").write_text(CONFIG)
    return tmp_path


def simulate(
    folder: Path,
    *overrides: str,
    slots: int = 3,
    store: MemoryStore | None = None,
    runs: Script = script,
) -> Simulation:
    config = load_config(folder / "sweep.yaml", overrides).config
    return Simulation(
        to_plan(config, slots),
        ConfiguredProposals(config, 0),
        runs,
        space=document_of(config.space),
        ranges=Keeper(),
        evolver=evolver_of(config),
        store=store,
    )


def do(simulation: Simulation, act: Act) -> None:
    known = {n: t.last_step for n, t in simulation.state.trials.items() if t.last_step}
    facts = Facts(at=simulation.now, checkpoints=known, listening=frozenset(known))
    prepared = simulation.machine.prepare(act, facts)
    assert prepared.preview.refused is None, prepared.preview.refused
    request = f"r{len(simulation.machine.history.decisions)}"
    assert not isinstance(prepared.act, PutBack)
    simulation.record(Acted(at=simulation.now, request=request, who="ann", act=prepared.act))


def run_to_round(simulation: Simulation, number: int) -> None:
    """Go on until a round has begun and some of its trials run."""
    while len(simulation.state.stages) < number:
        assert simulation.step()
    for _ in range(4):
        simulation.step()


def rows(state: SweepState) -> list[TrialView]:
    return [trial_view(t) for t in state.trials.values()]


def decided(state: SweepState) -> list[object]:
    """What was decided: which trials there are, whose they are, what they reported, how they
    ended."""
    return [
        (t.params, t.seed, t.origin, t.parent, t.from_step, t.steps, t.values, t.stage, row.reason)
        for t, row in zip(state.trials.values(), rows(state), strict=True)
    ]


def members(state: SweepState, name: str) -> list[Trial]:
    return [t for t in state.trials.values() if t.stage == name]


# Rounds --------------------------------------------------------------------------------------


def test_a_population_evolves_through_every_round(folder: Path) -> None:
    state = simulate(folder).run()
    assert (state.status, state.sentence) == ("finished", "all 5 rounds are done")
    assert [stage.members for stage in state.stages] == [6] * 5
    assert len(state.trials) == 6 + 4 * 2
    assert [t.last_step for t in members(state, "round 5")] == [20] * 6


def test_a_child_goes_on_where_its_parent_was(folder: Path) -> None:
    state = simulate(folder).run()
    for trial in state.trials.values():
        assert trial.steps == list(range(trial.from_step + 1, (trial.last_step or 0) + 1))
        if trial.parent is not None:
            parent = state.trials[trial.parent]
            assert trial.from_step in parent.steps
            assert trial.from_step % 4 == 0
            assert trial.generation == parent.generation + 1


def test_evolution_does_better_than_its_first_population(folder: Path) -> None:
    state = simulate(folder).run()
    first = [t.best.value for n, t in state.trials.items() if n <= 6 and t.best]
    assert state.best is not None
    assert state.trials[state.best].parent is not None
    assert (state.trials[state.best].best or first).value > max(first)


def test_who_makes_way_is_told_why_and_for_whom(folder: Path) -> None:
    simulation = simulate(folder)
    run_to_round(simulation, 2)
    reasons = [row.reason for row in rows(simulation.state) if row.state == "pruned"]
    assert sorted(reason.split(";")[0] for reason in reasons if reason) == [
        "evolution: 5th of 6 in round 1",
        "evolution: 6th of 6 in round 1",
    ]
    children = [row for row in rows(simulation.state) if row.parent]
    assert all(row.origin.startswith(f"child of {row.parent}, ") for row in children)
    heirs = {f"{row.id}, a child of {row.parent}, takes its place" for row in children}
    assert {reason.split("; ")[1] for reason in reasons if reason} == heirs
    told = simulation.machine.history.decisions[-1]
    assert told.sentence.startswith("round 2 of 5 begins: t")
    assert set(told.trials) >= {row.id for row in children}


def test_a_lineage_is_a_schedule_without_a_gap(folder: Path) -> None:
    state = simulate(folder).run()
    by_name = {row.id: row for row in rows(state)}
    last = by_name["t0014"]
    lineage = lineage_of(last, by_name.get)
    assert lineage[-1].trial == last.id
    assert lineage[0].from_step == 1
    assert lineage[-1].to_step == 20
    assert len(lineage) == last.generation + 1
    for before, after in pairwise(lineage):
        assert after.from_step == (before.to_step or 0) + 1
        assert after.params["lr"] != before.params["lr"]


def test_people_see_the_round_and_its_members(folder: Path) -> None:
    simulation = simulate(folder)
    run_to_round(simulation, 3)
    view = sweep_view(simulation.state, directory="", pid=None)
    assert view.proposer is not None
    assert view.proposer.sentence == "evolution, round 3 of 5, 6 members"
    assert [(s.name, s.total) for s in view.stages] == [("round 3", 6)]
    assert view.eta_s is not None


def test_the_number_of_slots_changes_nothing_but_the_time(folder: Path) -> None:
    alone = decided(simulate(folder, slots=1).run())
    for slots in (2, 4, 7):
        assert decided(simulate(folder, slots=slots).run()) == alone


def test_an_engine_killed_anywhere_decides_what_it_would_have(folder: Path) -> None:
    calm = decided(simulate(folder).run())
    for offset in range(0, 12, 2):
        simulation = simulate(folder, store=MemoryStore())
        steps = offset
        while simulation.step():
            steps += 1
            if steps % 12 == 0:
                simulation.restart()
        assert decided(simulation.run()) == calm


# What goes wrong -----------------------------------------------------------------------------


def test_a_failed_member_is_replaced(folder: Path) -> None:
    def fails(trial: Trial, attempt: int) -> Run:
        return Run((), Exited(code=1)) if trial.number == 2 else script(trial, attempt)

    state = simulate(folder, runs=fails).run()
    assert isinstance(state.trials[2].state, Failed)
    assert [stage.members for stage in state.stages] == [6] * 5


def test_a_value_that_is_no_number_makes_way(folder: Path) -> None:
    def is_nan(trial: Trial, attempt: int) -> Run:
        if trial.number != 3:
            return script(trial, attempt)
        return Run(Line(10.0, step, {"acc": float("nan")}) for step in range(1, 21))

    state = simulate(folder, runs=is_nan).run()
    assert state.trials[3].stage == "round 1"
    assert all(t.parent != 3 for t in state.trials.values())


def test_where_all_have_failed_a_population_is_drawn_afresh(folder: Path) -> None:
    def fails(trial: Trial, attempt: int) -> Run:
        bad = Run([Line(1.0, 1, {"acc": float("nan")})])
        return bad if trial.number <= 6 else script(trial, attempt)

    state = simulate(folder, runs=fails).run()
    assert state.sentence == "all 5 rounds are done"
    fresh = members(state, "round 5")
    assert {state.trials[n].origin for n in range(7, 13)} == {"drawn afresh"}
    assert len(fresh) == 6


def test_a_limit_without_room_for_the_children_ends_it(folder: Path) -> None:
    state = simulate(folder, "limits.trials=9").run()
    assert len(state.trials) == 8
    assert state.sentence == "the limit of 9 trials leaves no room for the children of round 3"


# What people do -------------------------------------------------------------------------------


def test_a_pruned_member_is_replaced_at_the_end_of_its_round(folder: Path) -> None:
    simulation = simulate(folder)
    run_to_round(simulation, 2)
    victim = next(iter(simulation.state.running))
    do(simulation, Prune(trials=(victim,)))
    state = simulation.run()
    assert rows(state)[victim - 1].reason == "pruned by ann"
    assert [stage.members for stage in state.stages] == [6] * 5


def test_a_prune_taken_back_in_its_round_leaves_no_trace(folder: Path) -> None:
    calm = decided(simulate(folder).run())
    simulation = simulate(folder)
    run_to_round(simulation, 2)
    do(simulation, Prune(trials=(next(iter(simulation.state.running)),)))
    do(simulation, Undo())
    assert decided(simulation.run()) == calm


def test_a_prune_taken_back_a_round_later_gives_a_trial_that_stands_aside(folder: Path) -> None:
    simulation = simulate(folder)
    run_to_round(simulation, 2)
    victim = next(iter(simulation.state.running))
    do(simulation, Prune(trials=(victim,)))
    run_to_round(simulation, 3)
    do(simulation, Undo())
    state = simulation.run()
    assert isinstance(state.trials[victim].state, Complete)
    assert state.trials[victim].stage == "round 2"
    assert len(members(state, "round 5")) == 6


def test_a_paused_member_holds_its_round_up(folder: Path) -> None:
    simulation = simulate(folder)
    run_to_round(simulation, 2)
    paused = next(iter(simulation.state.running))
    do(simulation, Pause(trials=(paused,)))
    assert (simulation.run().status, len(simulation.state.stages)) == ("running", 2)
    do(simulation, Continue(trials=(paused,)))
    assert simulation.run().sentence == "all 5 rounds are done"


def test_a_trial_that_a_person_makes_joins_once_it_has_come_as_far(folder: Path) -> None:
    simulation = simulate(folder)
    run_to_round(simulation, 2)
    do(simulation, Clone(trial=1, changes={"lr": 0.011}))
    do(simulation, Add(values={"lr": 0.01, "dropout": 0.0, "width": 32}))
    number = simulation.state.next_number - 1
    state = simulation.run()
    assert state.trials[number].steps[:8] == list(range(1, 9))
    assert [stage.members for stage in state.stages] == [6, 8, 6, 6, 6]
    assert any(t.parent == number for t in state.trials.values())


def test_a_replaced_trial_promoted_to_the_round_joins_the_next(folder: Path) -> None:
    simulation = simulate(folder)
    run_to_round(simulation, 2)
    gone = next(n for n, t in simulation.state.trials.items() if isinstance(t.state, Pruned))
    do(simulation, Promote(trials=(gone,)))
    state = simulation.run()
    assert state.trials[gone].steps[:8] == list(range(1, 9))
    assert len(members(state, "round 5")) == 6


def test_a_revived_trial_that_has_had_its_budget_changes_nothing_for_the_others(
    folder: Path,
) -> None:
    calm = simulate(folder).run()
    simulation = simulate(folder)
    run_to_round(simulation, 3)
    gone = next(n for n, t in simulation.state.trials.items() if isinstance(t.state, Pruned))
    do(simulation, Revive(trials=(gone,)))
    state = simulation.run()
    assert isinstance(state.trials[gone].state, Complete)
    assert [t.params for t in state.trials.values()] == [t.params for t in calm.trials.values()]


def test_an_edit_of_the_space_holds_from_the_next_round_on(folder: Path) -> None:
    simulation = simulate(folder, slots=1)
    run_to_round(simulation, 2)
    waiting = [n for n in simulation.state.waiting if simulation.state.trials[n].generation]
    assert waiting
    do(simulation, EditSpace(edits=(SetRange(parameter="lr", low=0.02, high=1.0),)))
    state = simulation.run()
    assert all(state.trials[n].steps for n in waiting)
    later = [t for t in state.trials.values() if t.space_version == 2]
    assert len(later) == 3 * 2
    assert all(t.params["lr"] >= 0.02 for t in later)


def test_a_round_can_be_extended_by_fresh_trials(folder: Path) -> None:
    simulation = simulate(folder)
    run_to_round(simulation, 3)
    do(simulation, ExtendStage(trials=3))
    state = simulation.run()
    assert [stage.members for stage in state.stages] == [6, 6, 9, 6, 6]


def test_a_round_cannot_be_begun_by_hand(folder: Path) -> None:
    simulation = simulate(folder)
    run_to_round(simulation, 2)
    prepared = simulation.machine.prepare(AdvanceStage(), Facts(at=simulation.now))
    assert prepared.preview.refused is not None
    assert prepared.preview.refused.startswith("an evolution goes on by itself")

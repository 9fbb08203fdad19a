"""Sweeps in stages on a virtual clock, from a config to the winner."""

from __future__ import annotations

import random
from collections.abc import Iterator
from math import log10
from pathlib import Path

import pytest

from engine.config.load import load_config
from engine.config.plan import to_plan
from engine.core.acting import Facts
from engine.core.acts import (
    Act,
    AdvanceStage,
    Continue,
    ExtendStage,
    Pause,
    Promote,
    PutBack,
    RepeatStage,
)
from engine.core.events import Acted
from engine.core.model import Complete, Paused, Running, Trial
from engine.core.projection import trial_view
from engine.proposing import ConfiguredProposals
from engine.simulate import Line, Run, Simulation
from engine.space.keeper import Keeper, document_of
from engine.store.memory import MemoryStore

CONFIG = """\
name: staged
program: train.py
metric: {name: acc, goal: maximize}
parameters:
  lr: {min: 1e-5, max: 1.0, scale: log}
  dropout: {min: 0.0, max: 0.9}
  data_fraction: {value: 1.0}
method: halton
budget: {parameter: epochs, max: 27}
stages:
  - {name: coarse, epochs: 1, trials: 30, data_fraction: 0.5}
  - {name: medium, epochs: 5, trials: 8, promote: 4, narrow: {top: 6}}
  - {name: fine, epochs: 27, promote: 2, repeats: 3}
"""


def script(trial: Trial, attempt: int) -> Run:
    """Epochs of ten seconds from the last checkpoint on, without end; best at lr 0.01."""
    far = abs(log10(trial.params["lr"]) + 2) / 5 + trial.params["dropout"] / 10
    luck = random.Random(trial.seed).uniform(-0.01, 0.01)

    def lines() -> Iterator[Line]:
        step = trial.last_step or 0
        while True:
            step += 1
            yield Line(10.0, step, {"acc": (1 - far + luck) * (1 - 0.5**step)})

    return Run(lines())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    (tmp_path / "sweep.yaml").write_text(CONFIG)
    return tmp_path


def simulate(folder: Path, *, slots: int = 3, store: MemoryStore | None = None) -> Simulation:
    config = load_config(folder / "sweep.yaml").config
    return Simulation(
        to_plan(config, slots),
        ConfiguredProposals(config, 0),
        script,
        space=document_of(config.space),
        ranges=Keeper(),
        store=store,
    )


def do(simulation: Simulation, act: Act) -> None:
    known = {n: t.last_step for n, t in simulation.state.trials.items() if t.last_step}
    facts = Facts(at=simulation.now, checkpoints=known, listening=frozenset(known))
    prepared = simulation.machine.prepare(act, facts)
    assert prepared.preview.refused is None
    request = f"r{len(simulation.machine.history.decisions)}"
    assert not isinstance(prepared.act, PutBack)
    simulation.record(Acted(at=simulation.now, request=request, who="ann", act=prepared.act))


def rows(simulation: Simulation) -> list[object]:
    return [trial_view(t) for t in simulation.state.trials.values()]


def test_a_sweep_goes_from_coarse_to_fine_by_itself(folder: Path) -> None:
    simulation = simulate(folder)
    state = simulation.run()
    assert (state.status, state.sentence) == ("finished", "all 3 stages are done")
    assert [s.members for s in state.stages] == [30, 12, 2]
    assert state.counted == 38
    assert len(state.trials) == 38 + 2 * 2
    assert state.trials[state.best or 0].budget == 27


def test_what_a_narrowed_stage_proposes_lies_within_the_narrowed_space(folder: Path) -> None:
    state = simulate(folder).run()
    inside = Keeper().inside(state.versions[1].document)
    medium = [t for t in state.trials.values() if t.space_version == 2 and t.repeat_of is None]
    assert len(medium) == 8
    assert all(inside(t.params) for t in medium)


def test_a_promoted_trial_runs_every_epoch_once(folder: Path) -> None:
    state = simulate(folder).run()
    finalists = [t for t in state.trials.values() if t.stage == "fine"]
    assert len(finalists) == 6
    for trial in finalists:
        assert trial.steps == list(range(1, 28))
        assert trial.reports == 27
    assert sum(t.reports for t in state.trials.values()) == 30 + 8 * 5 + 4 * 4 + 4 * 27 + 2 * 22


def test_the_number_of_slots_changes_nothing_of_the_outcome(folder: Path) -> None:
    one, five = simulate(folder, slots=1).run(), simulate(folder, slots=5).run()
    assert [(t.params, t.seed, t.stage) for t in one.trials.values()] == [
        (t.params, t.seed, t.stage) for t in five.trials.values()
    ]


def test_restarts_at_any_moment_change_nothing_of_the_stages(folder: Path) -> None:
    calm = simulate(folder, store=MemoryStore())
    calm.run()
    simulation = simulate(folder, store=MemoryStore())
    moments = random.Random(3)
    while simulation.step():
        if moments.random() < 0.03:
            simulation.restart()
    assert rows(simulation) == rows(calm)


def test_stages_steered_by_a_person_replay_to_the_same_after_a_restart(folder: Path) -> None:
    simulation = simulate(folder, store=MemoryStore())
    simulation.run(until=45.0)
    do(simulation, ExtendStage(trials=5))
    simulation.run(until=75.0)
    do(simulation, AdvanceStage())
    simulation.run(until=100.0)
    do(simulation, AdvanceStage())
    simulation.run(until=120.0)
    do(simulation, RepeatStage())
    before = rows(simulation)
    simulation.restart()
    assert rows(simulation) == before
    state = simulation.run()
    assert state.status == "finished"
    assert state.stages[2].promoted == 4
    assert all(len(state.finals.seeds(t)) == 3 for t in state.finals.best("fine", 9))


def test_a_running_trial_that_is_promoted_goes_on_without_a_restart(folder: Path) -> None:
    simulation = simulate(folder)
    simulation.run(until=5.0)
    do(simulation, Promote(trials=(1,), budget=9))
    simulation.run(until=95.0)
    trial = simulation.state.trials[1]
    assert isinstance(trial.state, Complete)
    assert (trial.last_step, len(trial.attempts)) == (9, 1)


def test_a_paused_trial_leaves_at_its_next_epoch_and_goes_on_later(folder: Path) -> None:
    simulation = simulate(folder, slots=1)
    simulation.run(until=5.0)
    do(simulation, Promote(trials=(1,), budget=9))
    simulation.run(until=25.0)
    do(simulation, Pause(trials=(1,)))
    simulation.run(until=31.0)
    trial = simulation.state.trials[1]
    assert isinstance(trial.state, Paused)
    assert trial.last_step == 3
    do(simulation, Continue(trials=(1,)))
    simulation.run(until=110.0)
    assert trial.steps == list(range(1, 10))


def test_a_held_trial_stands_still_in_its_slot(folder: Path) -> None:
    simulation = simulate(folder, slots=1)
    simulation.run(until=4.0)
    do(simulation, Pause(trials=(1,), how="hold"))
    simulation.run(until=1000.0)
    trial = simulation.state.trials[1]
    assert isinstance(trial.state, Running)
    assert trial.last_step is None
    do(simulation, Continue(trials=(1,)))
    simulation.run(until=1005.0)
    assert not trial.steps
    simulation.run(until=1007.0)
    assert trial.steps == [1]

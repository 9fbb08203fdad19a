"""Engines killed in the middle of sweeps with rules: the same decisions as without a kill."""

from __future__ import annotations

import random
from collections.abc import Iterator
from math import exp
from pathlib import Path
from typing import Any

import pytest

from engine.config.evolution import evolver_of
from engine.config.load import load_config
from engine.config.plan import to_plan
from engine.config.schema import Config
from engine.core.model import Trial
from engine.core.projection import trial_view
from engine.core.views import TrialView
from engine.judges import judges_of
from engine.proposing import ConfiguredProposals
from engine.simulate import Line, Run, Simulation
from engine.space.keeper import Keeper, document_of
from engine.store.memory import MemoryStore

CONFIG = """\
name: killed
program: train.py
metric: {name: acc, goal: maximize}
parameters:
  lr: {min: 1e-4, max: 1.0, scale: log}
  momentum: {min: 0.0, max: 0.99}
budget: {parameter: epochs, max: 27}
"""
SWEEPS = {
    "asha": "limits: {trials: 120}\nstop: [asha]",
    "asha from epoch 1": "limits: {trials: 60}\nstop: [{rule: asha, min: 1}]",
    "asha in brackets": "limits: {trials: 60}\nstop: [{rule: asha, min: 1, brackets: 3}]",
    "asha promotes": "limits: {trials: 60}\nstop: [{rule: asha, mode: promote}]",
    "asha promotes by halves": (
        "limits: {trials: 90}\nstop: [{rule: asha, mode: promote, reduction: 2}]"
    ),
    "asha promotes from epoch 1": (
        "limits: {trials: 60}\nstop: [{rule: asha, mode: promote, min: 1}, "
        "{rule: patience, epochs: 4}]"
    ),
    "hyperband": "limits: {trials: 60}\nstop: [hyperband]",
    "early_terminate": (
        "limits: {trials: 60}\nearly_terminate: {type: hyperband, max_iter: 27, s: 2, eta: 3}"
    ),
    "median": "limits: {trials: 60}\nstop: [median]",
    "percentile": "limits: {trials: 60}\nstop: [{rule: percentile, percentile: 40}]",
    "patience advises": (
        "limits: {trials: 40}\nstop: [{rule: patience, epochs: 3, advisory: true}, "
        "{rule: plateau, epochs: 6}, {rule: threshold, lower: 0.05, min_epochs: 2}]"
    ),
    "a target": "limits: {trials: 60, target: 0.9}\nstop: [{rule: asha, min: 3}]",
    "no improvement": "limits: {trials: 60, no_improvement: 9}\nstop: [asha]",
    "wilcoxon": "limits: {trials: 60}\nstop: [{rule: wilcoxon, p_threshold: 0.2}]",
    "slot hours": "limits: {slot_hours: 1.0}\nstop: [asha]",
    "tpe, by default": "limits: {trials: 40}\nmethod: tpe",
    "bayes, its two models": "limits: {trials: 24}\nmethod: bayes\nsearch: {gp_until: 13}",
    "tpe and promotion": "limits: {trials: 40}\nmethod: tpe\nstop: [{rule: asha, mode: promote}]",
}
KILLS = 12


def script(trial: Trial, attempt: int) -> Run:
    """A curve that rises to its end at its own pace, with noise; from the last checkpoint on."""
    chance = random.Random(trial.seed)
    lr, momentum = trial.params["lr"], trial.params["momentum"]
    end = 0.95 - abs(momentum - 0.7) / 2 - chance.uniform(0, 0.2)
    pace = 0.05 + lr**0.3
    noise = [chance.gauss(0, 0.02) for _ in range(27)]

    def lines() -> Iterator[Line]:
        for step in range((trial.last_step or 0) + 1, 28):
            yield Line(5.0 + 10.0 * momentum, step, {"acc": _at(step) + noise[step - 1]})

    def _at(step: int) -> float:
        return end * (1 - exp(-pace * step))

    return Run(lines())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("save()\n")
    return tmp_path


def config_of(folder: Path, sweep: str) -> Config:
    (folder / "sweep.yaml").write_text(CONFIG + SWEEPS[sweep] + "\n")
    return load_config(folder / "sweep.yaml").config


def simulate(config: Config) -> Simulation:
    return Simulation(
        to_plan(config, slots=4),
        ConfiguredProposals(config, 0),
        script,
        space=document_of(config.space),
        ranges=Keeper(),
        judges=judges_of(config),
        evolver=evolver_of(config),
        store=MemoryStore(),
    )


def run(simulation: Simulation) -> int:
    """Run a sweep to its end; how many things happened."""
    happened = 0
    while simulation.step():
        happened += 1
    simulation.commit()
    return happened


def run_killed(simulation: Simulation, config: Config, after: set[int]) -> None:
    """Run a sweep to its end, with another engine after so many things."""
    happened = 0
    while simulation.step():
        happened += 1
        if happened in after:
            simulation.restart(ConfiguredProposals(config, 0))
    simulation.commit()


def decisions(simulation: Simulation) -> list[tuple[Any, ...]]:
    """Who decided what, when and why, but for the engines that took over."""
    return [
        (d.at, d.who, d.what, d.trials, d.sentence)
        for d in simulation.machine.history.decisions
        if d.what != "resume"
    ]


def rows(simulation: Simulation) -> list[TrialView]:
    return [trial_view(trial) for trial in simulation.state.trials.values()]


@pytest.mark.parametrize("sweep", SWEEPS)
def test_a_killed_sweep_decides_as_one_that_was_not(folder: Path, sweep: str) -> None:
    config = config_of(folder, sweep)
    calm, killed = simulate(config), simulate(config)
    run_killed(killed, config, after=set(random.Random(5).sample(range(run(calm)), KILLS)))
    assert decisions(killed) == decisions(calm)
    assert rows(killed) == rows(calm)
    assert killed.machine.rules() == calm.machine.rules()
    assert calm.state.status == "finished"
    assert len(decisions(calm)) > 3, "the rules had nothing to decide"

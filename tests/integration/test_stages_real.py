"""Coarse to fine with a real engine and real processes."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from engine.core.views import TrialView
from tests.fakes.real_sweep import RealSweep, wait_until

SCRIPT = """
import time
import tui_tuner as tt

trial = tt.trial(lr=0.1, part=1.0)
state = trial.load() or {"epochs": []}
far = abs(trial.params.lr - 0.3) + trial.seed % 100 / 10000
for epoch in trial.epochs():
    state["epochs"].append([epoch, trial.params.part])
    time.sleep(0.02)
    trial.save(state, epoch)
    trial.report(epoch, acc=(1 - far) * (1 - 0.5 ** epoch))
print(state["epochs"], flush=True)
"""
CONFIG = """
name: staged
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}, part: {value: 1.0}}
method: random
budget: {max: 6}
stages:
  - {name: coarse, epochs: 1, trials: 8, part: 0.5}
  - {name: medium, epochs: 3, trials: 3, promote: 2, narrow: {top: 4}}
  - {name: fine, epochs: 6, promote: 2, repeats: 2}
resources: {slots: 2}
preload: []
"""


@pytest.fixture
def sweep(tmp_path: Path) -> RealSweep:
    return RealSweep(tmp_path, SCRIPT, CONFIG)


def finish(sweep: RealSweep) -> list[TrialView]:
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    return sweep.trials()


def assert_ran_once(sweep: RealSweep, trials: list[TrialView]) -> None:
    """Every trial was complete, and reported each epoch of its budget once."""
    assert [t.state for t in trials] == ["complete"] * 13
    for number, trial in enumerate(trials, start=1):
        assert sweep.reports(number) == list(range(1, (trial.budget or 0) + 1))


def test_a_sweep_in_stages_runs_to_its_winner(sweep: RealSweep) -> None:
    sweep.start()
    trials = finish(sweep)
    assert_ran_once(sweep, trials)
    view = sweep.sweep()
    assert view is not None
    assert [(s.name, s.state, s.done, s.total) for s in view.stages] == [
        ("coarse", "done", 8, 8),
        ("medium", "done", 5, 5),
        ("fine", "done", 2, 2),
    ]
    assert view.sentence == "all 3 stages are done"
    assert view.space_version == 2
    assert view.winner is not None
    assert "(2 seeds) leads" in view.winner


def test_a_stage_hands_its_own_values_to_the_script(sweep: RealSweep) -> None:
    sweep.start()
    trials = finish(sweep)
    for number, trial in enumerate(trials, start=1):
        params = json.loads((sweep.attempt_dir(number).parents[1] / "params.json").read_text())
        assert params["part"] == (0.5 if trial.stage == "coarse" else 1.0)
    promoted = next(t for t in trials if t.space_version == 1 and t.stage != "coarse")
    number = trials.index(promoted) + 1
    log = (sweep.attempt_dir(number, promoted.attempts) / "output.log").read_text()
    assert "[[1, 0.5], [2, 1.0], [3, 1.0]" in log


def test_an_engine_killed_in_every_stage_loses_and_repeats_nothing(sweep: RealSweep) -> None:
    for stage in ("coarse", "medium", "fine"):
        sweep.start()
        wait_until(partial(_is_at, sweep, stage), f"the sweep is at {stage}")
        sweep.kill_engine()
    sweep.start()
    assert_ran_once(sweep, finish(sweep))


def _is_at(sweep: RealSweep, stage: str) -> bool:
    view = sweep.sweep()
    return view is not None and view.stage == stage and view.trials["running"] > 0

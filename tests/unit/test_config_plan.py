"""What machine and executor take from a config, and what this version refuses to run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import load_config
from engine.config.plan import resolve_slots, threads_per_trial, to_plan
from engine.config.schema import Config
from engine.config.support import unsupported
from engine.core.model import (
    Goal,
)
from engine.core.plan import Limits, Plan, StagePlan

GOOD = """\
program: train.py
name: digits
metric: {name: val_acc, goal: maximize, target: 0.99}
parameters: {lr: {min: 1e-4, max: 1.0}}
"""


def config_of(folder: Path, *lines: str) -> Config:
    (folder / "train.py").write_text("print()\n")
    (folder / "sweep.yaml").write_text(GOOD + "\n".join(lines))
    return load_config(folder / "sweep.yaml").config


def test_the_plan_holds_what_the_machine_needs(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        "method: random",
        "search: {seed: 3}",
        "budget: {parameter: epochs, max: 27}",
        "limits: {trials: 20, failures: 5}",
        "stop: [{rule: diverged, enabled: false}]",
    )
    assert to_plan(config, slots=2) == Plan(
        name="digits",
        metric="val_acc",
        goal=Goal.MAXIMIZE,
        slots=2,
        seed=3,
        method="random",
        budget=27,
        budget_parameter="epochs",
        limits=Limits(trials=20, target=0.99, failures=5),
        diverged_factor=None,
    )


def test_a_method_that_learns_proposes_only_what_a_slot_wants(tmp_path: Path) -> None:
    eager = to_plan(config_of(tmp_path, "method: random", "search: {max_in_flight: 3}"), slots=2)
    learning = to_plan(config_of(tmp_path, "method: tpe"), slots=2)
    assert (eager.prefetch, learning.prefetch) == (2, 0)
    assert (eager.max_in_flight, learning.max_in_flight) == (3, None)


def test_the_plan_holds_every_stage(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        "budget: {max: 27}",
        "stages:",
        "  - {name: coarse, epochs: 1, trials: 60}",
        "  - {name: medium, epochs: 5, trials: 20, narrow: {top: 10}}",
        "  - {name: fine, epochs: 27, promote: 5, repeats: 3}",
    )
    assert to_plan(config, slots=2).stages == (
        StagePlan(name="coarse", budget=1, trials=60),
        StagePlan(name="medium", budget=5, trials=20, narrow_top=10),
        StagePlan(name="fine", budget=27, trials=0, promote=5, repeats=3),
    )
    assert unsupported(config) == []


def test_a_config_without_a_budget_has_none_in_its_plan(tmp_path: Path) -> None:
    plan = to_plan(config_of(tmp_path), slots=1)
    assert (plan.budget, plan.budget_parameter, plan.seed) == (None, None, 0)


@pytest.mark.parametrize(
    ("resources", "cores", "slots"),
    [
        ("{slots: auto}", 1, 1),
        ("{slots: auto}", 2, 2),
        ("{slots: auto}", 3, 2),
        ("{slots: auto}", 16, 15),
        ("{cpus: 4}", 16, 3),
        ("{cpus: 64}", 16, 1),
        ("{slots: 40}", 2, 40),
    ],
)
def test_auto_slots_leave_a_core_where_there_are_more_than_two(
    tmp_path: Path, resources: str, cores: int, slots: int
) -> None:
    config = config_of(tmp_path, f"resources: {resources}")
    assert resolve_slots(config, cores, None) == slots
    assert resolve_slots(config, cores, 5) == 5


def test_trials_share_the_cores_unless_the_config_sets_their_threads(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    assert threads_per_trial(config, 2, 2) == 1
    assert threads_per_trial(config, 16, 3) == 5
    assert threads_per_trial(config, 2, 8) == 1
    assert threads_per_trial(config_of(tmp_path, "env: {OMP_NUM_THREADS: '4'}"), 16, 3) is None


def test_a_config_for_this_version_is_refused_nothing(tmp_path: Path) -> None:
    lines = ("method: random", "stop: [diverged]", "resources: {gpus: 2}")
    assert unsupported(config_of(tmp_path, *lines)) == []


def test_a_rule_that_is_switched_off_is_refused_nothing(tmp_path: Path) -> None:
    assert unsupported(config_of(tmp_path, "stop: [{rule: patience, enabled: false}]")) == []

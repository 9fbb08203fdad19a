"""What a trial is started with: its parameters as its stage and its budget have them now."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from engine.config.load import load_config
from engine.core.model import Trial
from engine.launching import ConfigLauncher

CONFIG = """
command: ["${interpreter}", train.py, "${args}"]
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}, data_fraction: {value: 1.0}}
method: random
budget: {parameter: epochs, min: 1, max: 27}
"""


@pytest.fixture
def launcher(tmp_path: Path) -> ConfigLauncher:
    (tmp_path / "train.py").write_text("")
    (tmp_path / "sweep.yaml").write_text(CONFIG)
    config = load_config(tmp_path / "sweep.yaml").config
    return ConfigLauncher(config, tmp_path, {}, engine_python=sys.executable, threads=1)


def trial_of(*, budget: int, **overrides: float) -> Trial:
    return Trial(
        number=1,
        params={"lr": 0.5, "data_fraction": 1.0},
        origin="random",
        seed=7,
        stage="coarse",
        space_version=1,
        proposed_at=0.0,
        budget=budget,
        overrides=dict(overrides),
    )


def params_of(folder: Path) -> dict[str, float]:
    params: dict[str, float] = json.loads((folder / "trials" / "0001" / "params.json").read_text())
    return params


def test_what_a_stage_sets_otherwise_is_what_the_trial_gets(
    launcher: ConfigLauncher, tmp_path: Path
) -> None:
    spec = launcher.spec(trial_of(budget=1, data_fraction=0.1), 1)
    assert params_of(tmp_path) == {"lr": 0.5, "data_fraction": 0.1, "epochs": 1}
    assert "--data_fraction=0.1" in spec.argv


def test_a_later_attempt_gets_the_values_and_the_budget_of_its_own_stage(
    launcher: ConfigLauncher, tmp_path: Path
) -> None:
    launcher.spec(trial_of(budget=1, data_fraction=0.1), 1)
    spec = launcher.spec(trial_of(budget=27), 2)
    assert params_of(tmp_path) == {"lr": 0.5, "data_fraction": 1.0, "epochs": 27}
    assert "--data_fraction=1.0" in spec.argv
    assert spec.env["TUI_TUNER_BUDGET"] == "27"

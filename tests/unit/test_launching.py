"""What a trial is started with: its parameters as its stage and its budget have them now."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from engine.config.load import load_config
from engine.core.model import Attempt, Trial
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


def gpu_launcher(folder: Path, *more: str, on_gpus: bool = True) -> ConfigLauncher:
    (folder / "train.py").write_text("")
    (folder / "sweep.yaml").write_text("\n".join((CONFIG, *more)))
    return ConfigLauncher(
        load_config(folder / "sweep.yaml").config,
        folder,
        {},
        engine_python=sys.executable,
        threads=1,
        on_gpus=on_gpus,
        lease_file=lambda uuid: Path("/leases", f"{uuid}.lease"),
        lease_owner="digits",
    )


def trial_on(*uuids: str) -> Trial:
    trial = trial_of(budget=1)
    trial.attempts.append(Attempt(n=1, slot=0, device="", started_at=0.0, gpus=uuids))
    return trial


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


def test_a_trial_sees_its_gpus_by_their_uuids_and_no_other(tmp_path: Path) -> None:
    env = gpu_launcher(tmp_path).spec(trial_on("GPU-b", "GPU-a"), 1).env
    assert env["CUDA_VISIBLE_DEVICES"] == "GPU-b,GPU-a"
    assert env["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"


def test_a_runner_gets_the_leases_of_its_trials_gpus(tmp_path: Path) -> None:
    spec = gpu_launcher(tmp_path).spec(trial_on("GPU-b", "GPU-a"), 1)
    assert spec.leases == (Path("/leases/GPU-b.lease"), Path("/leases/GPU-a.lease"))
    assert spec.lease_owner == "digits"


def test_a_trial_without_gpus_in_a_sweep_that_has_some_sees_none(tmp_path: Path) -> None:
    spec = gpu_launcher(tmp_path).spec(trial_on(), 1)
    assert spec.env["CUDA_VISIBLE_DEVICES"] == ""
    assert spec.leases == ()


def test_a_config_without_gpus_hides_those_of_the_box(tmp_path: Path) -> None:
    launcher = gpu_launcher(tmp_path, "resources: {gpus: 0}", on_gpus=False)
    assert launcher.spec(trial_on(), 1).env["CUDA_VISIBLE_DEVICES"] == ""


@pytest.mark.parametrize("ids", ["[9]", "{exclude: [0]}"])
def test_trials_that_may_use_no_gpu_of_the_box_see_none(tmp_path: Path, ids: str) -> None:
    launcher = gpu_launcher(tmp_path, f"resources: {{gpu_ids: {ids}}}", on_gpus=False)
    assert launcher.spec(trial_on(), 1).env["CUDA_VISIBLE_DEVICES"] == ""


def test_where_no_gpu_is_to_be_seen_the_environment_is_left_alone(tmp_path: Path) -> None:
    spec = gpu_launcher(tmp_path, on_gpus=False).spec(trial_on(), 1)
    assert "CUDA_VISIBLE_DEVICES" not in spec.env


def test_what_the_config_says_of_visible_devices_wins(tmp_path: Path) -> None:
    launcher = gpu_launcher(tmp_path, "env: {CUDA_VISIBLE_DEVICES: '3'}")
    assert launcher.spec(trial_on("GPU-a"), 1).env["CUDA_VISIBLE_DEVICES"] == "3"

"""A child begins with its parent's checkpoint, and loses no report of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.checkpoints import checkpoints
from engine.config.load import load_config
from engine.core.model import Trial
from engine.inheriting import inherit_checkpoint
from engine.launching import ConfigLauncher
from tui_tuner.sdk import wire

ROOT = Path(__file__).parents[2]
TRAIN = """
import os
import tui_tuner as tt
trial = tt.trial()
state = trial.load() or {"path": []}
for epoch in trial.epochs():
    state["path"].append(epoch)
    trial.save(state, epoch)
    if epoch == int(os.environ.get("DIES_AT", "0")):
        os._exit(9)
    trial.report(epoch, acc=len(state["path"]))
"""
CONFIG = """
command: ["${interpreter}", train.py, "${args}", "${checkpoint}"]
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: evolution
search: {rounds: 4}
budget: {parameter: epochs, max: 16}
"""


def save(trial: Path, *steps: int) -> None:
    (trial / "checkpoints").mkdir(parents=True, exist_ok=True)
    for step in steps:
        (trial / "checkpoints" / f"epoch={step:04d}-acc=0.5.pt").write_text(f"{trial.name} {step}")


def steps(trial: Path) -> list[int]:
    return [saved.step for saved in checkpoints(trial)]


def test_a_child_gets_the_checkpoint_of_the_step_it_begins_at(tmp_path: Path) -> None:
    parent, child = tmp_path / "0001", tmp_path / "0002"
    save(parent, 2, 4, 6)
    assert inherit_checkpoint(parent, child, 4) == 4
    assert steps(child) == [4]
    assert checkpoints(child)[0].path.read_text() == "0001 4"


def test_where_that_is_gone_it_gets_the_newest_before_it(tmp_path: Path) -> None:
    save(tmp_path / "0001", 2, 3, 6)
    assert inherit_checkpoint(tmp_path / "0001", tmp_path / "0002", 4) == 3


@pytest.mark.parametrize("saved", [(), (5, 6)])
def test_without_one_there_is_nothing_to_give(tmp_path: Path, saved: tuple[int, ...]) -> None:
    save(tmp_path / "0001", *saved)
    assert inherit_checkpoint(tmp_path / "0001", tmp_path / "0002", 4) is None
    assert steps(tmp_path / "0002") == []


def test_what_a_child_has_is_left_alone(tmp_path: Path) -> None:
    parent, child = tmp_path / "0001", tmp_path / "0002"
    save(parent, 4)
    inherit_checkpoint(parent, child, 4)
    save(child, 5)
    assert inherit_checkpoint(parent, child, 4) == 5
    assert steps(child) == [4, 5]


def test_a_parent_that_removes_its_checkpoint_takes_nothing_from_its_child(tmp_path: Path) -> None:
    parent, child = tmp_path / "0001", tmp_path / "0002"
    save(parent, 4)
    inherit_checkpoint(parent, child, 4)
    checkpoints(parent)[0].path.unlink()
    assert checkpoints(child)[0].path.read_text() == "0001 4"


def test_where_the_disk_knows_no_links_the_checkpoint_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    parent, child = tmp_path / "0001", tmp_path / "0002"
    save(parent, 4)
    assert inherit_checkpoint(parent, child, 4) == 4
    assert checkpoints(child)[0].path.read_text() == "0001 4"
    assert os.listdir(child / "checkpoints") == ["epoch=0004-acc=0.5.pt"]


def run(trial: Path, n: int, budget: int, **env: str) -> list[int]:
    """Run an attempt and give the steps that it reported."""
    attempt_dir = trial / "attempts" / str(n)
    attempt_dir.mkdir(parents=True)
    (trial / "params.json").write_text("{}")
    told = {
        wire.ENV_TRIAL: f"t{trial.name}",
        wire.ENV_ATTEMPT: str(n),
        wire.ENV_TRIAL_DIR: str(trial),
        wire.ENV_ATTEMPT_DIR: str(attempt_dir),
        wire.ENV_BUDGET: str(budget),
    }
    subprocess.run(
        [sys.executable, "-c", TRAIN],
        env={"PYTHONPATH": str(ROOT), **told, **env},
        check="DIES_AT" not in env,
    )
    reports = attempt_dir / wire.REPORTS_FILE
    lines = reports.read_text().splitlines() if reports.exists() else []
    return [json.loads(line)["step"] for line in lines]


@pytest.mark.parametrize("step", [1, 2])
def test_a_child_goes_on_after_its_parents_step(tmp_path: Path, step: int) -> None:
    parent, child = tmp_path / "0001", tmp_path / "0002"
    run(parent, 1, step)
    inherit_checkpoint(parent, child, step)
    assert run(child, 1, 4, **{wire.ENV_FROM_STEP: str(step)}) == list(range(step + 1, 5))


def test_a_child_killed_before_its_first_report_runs_that_epoch_again(tmp_path: Path) -> None:
    parent, child = tmp_path / "0001", tmp_path / "0002"
    run(parent, 1, 2)
    inherit_checkpoint(parent, child, 2)
    told = {wire.ENV_FROM_STEP: "2"}
    assert run(child, 1, 4, DIES_AT="3", **told) == []
    assert run(child, 2, 4, **told) == [3, 4]


def test_the_launcher_gives_a_child_its_checkpoint_and_tells_it_of_its_step(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("")
    (tmp_path / "sweep.yaml").write_text(CONFIG)
    config = load_config(tmp_path / "sweep.yaml").config
    launcher = ConfigLauncher(config, tmp_path, {}, engine_python=sys.executable, threads=1)
    child = Trial(
        number=2,
        params={"lr": 0.5},
        origin="child of t0001",
        seed=7,
        stage="round 2",
        space_version=1,
        proposed_at=0.0,
        budget=8,
        parent=1,
        generation=1,
        from_step=4,
    )
    save(tmp_path / "trials" / "0001", 4)
    assert launcher.inherit(child, 1) == 4
    spec = launcher.spec(child, 1)
    assert spec.env[wire.ENV_FROM_STEP] == "4"
    assert spec.argv[-1].endswith("trials/0002/checkpoints/epoch=0004-acc=0.5.pt")

"""Checkpoints are whole or absent, few, and continue a run exactly where it stood."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tui_tuner.sdk.checkpoint_name import CheckpointName, parse_name
from tui_tuner.sdk.checkpoints import Checkpoints


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def draw() -> tuple[float, float, float]:
    return random.random(), float(np.random.rand()), float(torch.rand(()))


def save(checkpoints: Checkpoints, step: int, **metrics: Any) -> Path:
    return Path(checkpoints.save({"w": torch.full((3,), float(step))}, step, metrics))


def test_the_name_sorts_by_epoch_and_shows_the_first_metric(folder: Path) -> None:
    checkpoints = Checkpoints(str(folder))
    assert save(checkpoints, 5, val_acc=0.93119, val_loss=0.2).name == (
        "epoch=0005-val_acc=0.9312.pt"
    )
    assert save(checkpoints, 6).name == "epoch=0006.pt"


@pytest.mark.parametrize(
    ("metric", "value", "name"),
    [
        ("val/acc\x1b", 1.0, "epoch=0001-val_acc_=1.0000.pt"),
        ("../../x=y", -0.5, "epoch=0001-.._.._x_y=-0.5000.pt"),
        ("loss", 1.23e-7, "epoch=0001-loss=1.23e-07.pt"),
        ("loss", 1.5e12, "epoch=0001-loss=1.5e+12.pt"),
        ("loss", float("nan"), "epoch=0001-loss=nan.pt"),
        ("loss", 0.0, "epoch=0001-loss=0.0000.pt"),
    ],
)
def test_every_name_is_safe_and_can_be_read_back(metric: str, value: float, name: str) -> None:
    assert str(CheckpointName(1, metric, value)) == name
    read = parse_name(name)
    assert read is not None
    assert read.step == 1
    assert str(read) == name


@pytest.mark.parametrize(
    "name", ["last.pt", "epoch=1.pt.tmp", ".tmp-3-epoch=0001.pt", "epoch=x.pt"]
)
def test_other_files_are_no_checkpoints(name: str) -> None:
    assert parse_name(name) is None


def test_the_newest_two_and_the_best_are_kept(folder: Path) -> None:
    checkpoints = Checkpoints(str(folder))
    for step, accuracy in enumerate([0.1, 0.9, 0.5, 0.9, 0.3, 0.2], start=1):
        save(checkpoints, step, val_acc=accuracy)
    assert names(folder) == [
        "epoch=0002-val_acc=0.9000.pt",
        "epoch=0005-val_acc=0.3000.pt",
        "epoch=0006-val_acc=0.2000.pt",
    ]


@pytest.mark.parametrize(
    ("metric", "goal", "best"),
    [
        ("val_loss", None, 2),
        ("score", None, 1),
        ("score", "minimize", 2),
        ("val_loss", "maximize", 1),
    ],
)
def test_the_best_is_judged_by_the_goal_or_by_the_metrics_name(
    folder: Path, metric: str, goal: str | None, best: int
) -> None:
    checkpoints = Checkpoints(str(folder), metric, goal)
    for step, value in enumerate([9.0, 1.0, 5.0, 6.0, float("nan")], start=1):
        save(checkpoints, step, **{metric: value})
    kept = [read.step for name in names(folder) if (read := parse_name(name))]
    assert kept == [best, 4, 5]


def test_other_files_in_the_folder_are_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.pt").write_text("")
    checkpoints = Checkpoints(str(folder))
    for step in range(1, 6):
        save(checkpoints, step)
    assert names(folder) == ["epoch=0004.pt", "epoch=0005.pt", "mine.pt"]


def test_loading_continues_with_the_newest_and_its_random_states(folder: Path) -> None:
    checkpoints = Checkpoints(str(folder))
    save(checkpoints, 1, val_acc=0.9)
    saved = save(checkpoints, 2, val_acc=0.5)
    drawn = draw()
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    found = Checkpoints(str(folder)).load()
    assert found is not None
    state, step, path, _ = found
    assert (step, path) == (2, str(saved))
    assert torch.equal(state["w"], torch.full((3,), 2.0))
    assert draw() == drawn


def test_torch_alone_reads_a_checkpoint_safely(folder: Path) -> None:
    read = torch.load(save(Checkpoints(str(folder)), 3, val_acc=0.5), weights_only=True)
    assert read["step"] == 3
    assert read["metrics"] == {"val_acc": 0.5}
    assert torch.equal(read["state"]["w"], torch.full((3,), 3.0))


def test_a_model_and_its_optimizer_come_back(folder: Path) -> None:
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(3)).backward()
    optimizer.step()
    states = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    Checkpoints(str(folder)).save(states, 1, {})
    found = Checkpoints(str(folder)).load()
    assert found is not None
    other = torch.nn.Linear(3, 1)
    other.load_state_dict(found[0]["model"])
    torch.optim.Adam(other.parameters()).load_state_dict(found[0]["optimizer"])
    assert torch.equal(other.weight, model.weight)


@pytest.mark.parametrize("left", [0, 1, 100, 0.5, 0.99])
def test_a_torn_checkpoint_gives_way_to_the_one_before(
    folder: Path, left: float, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoints = Checkpoints(str(folder))
    save(checkpoints, 1)
    newest = save(checkpoints, 2)
    whole = newest.read_bytes()
    newest.write_bytes(whole[: int(left * len(whole)) if isinstance(left, float) else left])
    found = Checkpoints(str(folder)).load()
    assert found is not None
    assert found[1] == 1
    assert "epoch=0002.pt" in capfd.readouterr().err


def test_after_a_torn_checkpoint_its_epoch_is_written_anew(folder: Path) -> None:
    checkpoints = Checkpoints(str(folder))
    save(checkpoints, 1, val_acc=0.1)
    save(checkpoints, 2, val_acc=0.2).write_bytes(b"torn")
    again = Checkpoints(str(folder))
    again.load()
    save(again, 2, val_acc=0.3)
    assert names(folder) == ["epoch=0001-val_acc=0.1000.pt", "epoch=0002-val_acc=0.3000.pt"]


def test_nothing_to_load_is_none(folder: Path) -> None:
    assert Checkpoints(str(folder)).load() is None
    folder.mkdir()
    (folder / "epoch=0001.pt").write_bytes(b"")
    assert Checkpoints(str(folder)).load() is None


@pytest.mark.parametrize("state", [Counter("aab"), {"best": np.float64(0.5)}, {"a": np.zeros(2)}])
def test_a_state_that_could_not_be_loaded_is_refused_at_the_first_save(
    folder: Path, state: Any
) -> None:
    if isinstance(state, Counter):
        state = {"f": Path("x")}
    with pytest.raises(TypeError, match=r"trial\.save\(\) takes tensors"):
        Checkpoints(str(folder)).save(state, 1, {})
    assert names(folder) == []


KILLED = """
import os, signal, sys
from tui_tuner.sdk.checkpoints import Checkpoints

class Deadly:
    def __reduce__(self):
        os.kill(os.getpid(), signal.SIGKILL)

checkpoints = Checkpoints(sys.argv[1])
checkpoints.save({"epoch": 1}, 1, {})
checkpoints.save({"pad": b"x" * 100_000, "end": Deadly()}, 2, {})
"""


def test_a_script_killed_amid_a_save_leaves_what_it_had(folder: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)
    assert ran.returncode == -9
    assert len(names(folder)) == 2  # the whole one, and the start of the other beside it
    again = Checkpoints(str(folder))
    found = again.load()
    assert found is not None
    assert found[:2] == ({"epoch": 1}, 1)
    save(again, 2)
    assert names(folder) == ["epoch=0001.pt", "epoch=0002.pt"]


def test_a_copied_folder_loads_the_same(folder: Path, tmp_path: Path) -> None:
    checkpoints = Checkpoints(str(folder))
    for step in range(1, 4):
        save(checkpoints, step)
    shutil.copytree(folder, tmp_path / "copy", copy_function=shutil.copyfile)
    found = Checkpoints(str(tmp_path / "copy")).load()
    assert found is not None
    assert found[1] == 3

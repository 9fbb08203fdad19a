"""A training function runs as a trial: `function: train:main`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.sdk_copy import copy_sdk
from tui_tuner.sdk import wire


def call(folder: Path, target: str) -> subprocess.CompletedProcess[str]:
    """Run a function of `folder`/train.py as the engine does, with the copied SDK alone."""
    attempt = folder / "attempts" / "1"
    attempt.mkdir(parents=True)
    (folder / "params.json").write_text('{"lr": 0.5}')
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"} | {
        "PYTHONPATH": str(copy_sdk(folder)),
        wire.ENV_TRIAL: "t0001",
        wire.ENV_TRIAL_DIR: str(folder),
        wire.ENV_ATTEMPT_DIR: str(attempt),
        wire.ENV_BUDGET: "3",
        wire.ENV_METRIC: "val_acc",
    }
    command = [sys.executable, "-m", "tui_tuner.sdk.call", target]
    return subprocess.run(command, cwd=folder, env=env, text=True, capture_output=True, check=False)


def reported(folder: Path) -> list[tuple[int, dict[str, Any]]]:
    path = folder / "attempts" / "1" / "reports.jsonl"
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [(line["step"], line["metrics"]) for line in lines]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return trial.params.lr", [(3, {"val_acc": 0.5})]),
        ("return {'val_acc': 1, 'val/loss': 2.5}", [(3, {"val_acc": 1, "val/loss": 2.5})]),
        ("trial.report(1, val_acc=0.25)\n    return 9", [(1, {"val_acc": 0.25})]),
        ("for e in trial.epochs():\n        if e == 2: return 7", [(2, {"val_acc": 7})]),
        ("return None", []),
        ("return 'done'", []),
        ("return trial", []),
    ],
)
def test_what_a_function_returns_is_reported_unless_it_reported(
    tmp_path: Path, body: str, expected: object
) -> None:
    (tmp_path / "train.py").write_text(f"def main(trial):\n    {body}\n")
    ran = call(tmp_path, "train:main")
    assert ran.returncode == 0, ran.stderr
    assert reported(tmp_path) == expected


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("", "nothing:main", "tui-tuner: no module 'nothing' in {here}"),
        ("", "train.inner:main", "tui-tuner: no module 'train.inner' in {here}"),
        ("def tune(t): ...", "train:main", "tui-tuner: train has no 'main'; it has tune"),
        ("main = 3", "train:main", "tui-tuner: train:main is no function but int"),
        ("", "train", "tui-tuner: usage: python -m tui_tuner.sdk.call module:function"),
    ],
)
def test_a_function_that_is_not_there_is_one_line(
    tmp_path: Path, source: str, target: str, message: str
) -> None:
    (tmp_path / "train.py").write_text(source)
    ran = call(tmp_path, target)
    assert ran.returncode == 1
    assert ran.stderr == message.format(here=tmp_path) + "\n"


def test_an_error_of_the_function_keeps_its_traceback(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import not_installed_here\n")
    ran = call(tmp_path, "train:main")
    assert ran.returncode == 1
    assert "train.py" in ran.stderr
    assert ran.stderr.endswith("ModuleNotFoundError: No module named 'not_installed_here'\n")


def test_the_function_sees_its_own_engine_and_a_clean_command_line(tmp_path: Path) -> None:
    (tmp_path / "engine.py").write_text("MINE = 1\n")
    (tmp_path / "train.py").write_text(
        "import engine, sys\ndef main(trial):\n    return engine.MINE + len(sys.argv)\n"
    )
    ran = call(tmp_path, "train:main")
    assert ran.returncode == 0, ran.stderr
    assert reported(tmp_path) == [(3, {"val_acc": 2})]

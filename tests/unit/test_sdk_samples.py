"""The sample configs say what they mean, and their scripts run without the tuner, too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tui_tuner
from engine.config.load import load_config
from engine.ingest.patterns import compile_pattern
from engine.ingest.tail import Tail
from tests.fakes.forked_runs import run_forked
from tui_tuner.sdk import wire

REPO = Path(tui_tuner.__file__).parents[1]
SAMPLES = REPO / "sample_configs"


def environment() -> dict[str, str]:
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("TUI_")}
    return inherited | {"PYTHONPATH": str(REPO), "OMP_NUM_THREADS": "1"}


def copied(name: str, folder: Path) -> Path:
    ignore = shutil.ignore_patterns("sweeps", "checkpoints", "__pycache__")
    return Path(shutil.copytree(SAMPLES / name, folder / name, ignore=ignore))


def in_trial(folder: Path, budget: int, *words: str) -> dict[str, Any]:
    """A run of a trial whose attempt's folder is the script's own."""
    told = {wire.ENV_TRIAL: "t0001", wire.ENV_BUDGET_PARAMETER: "epochs"}
    told |= {wire.ENV_TRIAL_DIR: str(folder), wire.ENV_ATTEMPT_DIR: str(folder)}
    return {"words": words, "folder": str(folder), "env": told | {wire.ENV_BUDGET: str(budget)}}


def reported(folder: Path) -> list[Any]:
    return [json.loads(line) for line in (folder / wire.REPORTS_FILE).read_text().splitlines()]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples that need torch, each run as a trial: the scripts twice, to further budgets."""
    home = tmp_path_factory.mktemp("samples")
    digits, cnn, function = (copied(name, home) for name in ("digits", "cnn", "function"))
    for folder in (digits, cnn):
        (folder / "params.json").write_text("{}")
    (function / "params.json").write_text('{"lr": 0.01, "width": 32, "activation": "tanh"}')
    scripts = [
        in_trial(folder, epochs, "train.py") for folder in (digits, cnn) for epochs in (2, 4)
    ]
    call = in_trial(function, 2, "-m", "tui_tuner.sdk.call", "train:main")
    run_forked([*scripts, call], environment())
    return home


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SAMPLES.glob("*/sweep.yaml")))
def test_every_sample_is_a_valid_sweep_without_warnings(name: str) -> None:
    loaded = load_config(SAMPLES / name / "sweep.yaml")
    assert loaded.config.name == name
    assert loaded.warnings == []
    assert (SAMPLES / name / "README.md").is_file()


def test_the_plain_script_prints_what_its_pattern_reads(tmp_path: Path) -> None:
    sample = copied("plain", tmp_path)
    with (sample / "output.log").open("w") as log:
        words = [sys.executable, "train.py", "--lr=0.1", "--epochs=3"]
        subprocess.run(words, cwd=sample, env=environment(), stdout=log, check=True)
    patterns = load_config(sample / "sweep.yaml").config.metrics.stdout
    tail = Tail(1, 1, sample, patterns=[compile_pattern(text) for text in patterns])
    found = tail.poll_final(0.0)
    assert found is not None
    assert [report.step for report in found.reports] == [1, 2, 3]
    assert found.reports[-1].metrics["val_acc"] > 0.9
    assert found.rejected == 0
    assert "tui_tuner" not in (sample / "train.py").read_text()


@pytest.mark.parametrize("sample", ["digits", "cnn"])
def test_the_digits_scripts_learn_alone_and_go_on_from_a_checkpoint(
    trained: Path, sample: str
) -> None:
    reports = reported(trained / sample)
    assert [report["step"] for report in reports] == [1, 2, 3, 4]
    assert reports[-1]["metrics"]["val_acc"] > 0.95
    assert len(os.listdir(trained / sample / wire.CHECKPOINTS_DIR)) in (2, 3)


def test_the_function_reports_to_its_trial(trained: Path) -> None:
    assert [report["step"] for report in reported(trained / "function")] == [1, 2]

"""The sample configs say what they mean, and their scripts run without the tuner, too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tui_tuner
from engine.config.load import load_config
from engine.ingest.patterns import compile_pattern
from engine.ingest.tail import Tail
from tui_tuner.sdk import wire

REPO = Path(tui_tuner.__file__).parents[1]
SAMPLES = REPO / "sample_configs"


def run(folder: Path, *arguments: str, **env: str) -> str:
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("TUI_")}
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=inherited | {"PYTHONPATH": str(REPO), "OMP_NUM_THREADS": "1"} | env,
        text=True,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def sample(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    ignore = shutil.ignore_patterns("sweeps", "checkpoints", "__pycache__")
    copied = shutil.copytree(SAMPLES / request.param, tmp_path / request.param, ignore=ignore)
    assert isinstance(copied, Path)
    return copied


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SAMPLES.glob("*/sweep.yaml")))
def test_every_sample_is_a_valid_sweep_without_warnings(name: str) -> None:
    loaded = load_config(SAMPLES / name / "sweep.yaml")
    assert loaded.config.name == name
    assert loaded.warnings == []
    assert (SAMPLES / name / "README.md").is_file()


@pytest.mark.parametrize("sample", ["plain"], indirect=True)
def test_the_plain_script_prints_what_its_pattern_reads(sample: Path) -> None:
    (sample / "output.log").write_text(run(sample, "train.py", "--lr=0.1", "--epochs=3"))
    patterns = load_config(sample / "sweep.yaml").config.metrics.stdout
    tail = Tail(1, 1, sample, patterns=[compile_pattern(text) for text in patterns])
    found = tail.poll_final(0.0)
    assert found is not None
    assert [report.step for report in found.reports] == [1, 2, 3]
    assert found.reports[-1].metrics["val_acc"] > 0.9
    assert found.rejected == 0
    assert "tui_tuner" not in (sample / "train.py").read_text()


@pytest.mark.parametrize("sample", ["digits", "cnn"], indirect=True)
def test_the_digits_scripts_learn_alone_and_go_on_from_a_checkpoint(sample: Path) -> None:
    (sample / "params.json").write_text("{}")
    in_sweep = {wire.ENV_TRIAL: "t0001", wire.ENV_TRIAL_DIR: str(sample)}
    in_sweep |= {wire.ENV_ATTEMPT_DIR: str(sample), wire.ENV_BUDGET_PARAMETER: "epochs"}
    run(sample, "train.py", **in_sweep, **{wire.ENV_BUDGET: "2"})
    run(sample, "train.py", **in_sweep, **{wire.ENV_BUDGET: "4"})
    lines = (sample / wire.REPORTS_FILE).read_text().splitlines()
    reports = [json.loads(line) for line in lines]
    assert [report["step"] for report in reports] == [1, 2, 3, 4]
    assert reports[-1]["metrics"]["val_acc"] > 0.95
    assert len(os.listdir(sample / wire.CHECKPOINTS_DIR)) in (2, 3)


@pytest.mark.parametrize("sample", ["function"], indirect=True)
def test_the_function_reports_to_its_trial(sample: Path) -> None:
    (sample / "params.json").write_text('{"lr": 0.01, "width": 32, "activation": "tanh"}')
    told = {wire.ENV_TRIAL: "t0001", wire.ENV_TRIAL_DIR: str(sample), wire.ENV_BUDGET: "2"}
    told |= {wire.ENV_ATTEMPT_DIR: str(sample)}
    run(sample, "-m", "tui_tuner.sdk.call", "train:main", **told)
    lines = (sample / wire.REPORTS_FILE).read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2]

"""An epoch that was saved but not reported, by an attempt killed in between, is run again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tui_tuner.sdk.reported import last_reported

ROOT = Path(__file__).parents[2]

RUN = """
import os
import tui_tuner as tt
trial = tt.trial()
trial.load()
for epoch in trial.epochs():
    {first}
    if trial._context.attempt == 1 and epoch == {dies}:
        os._exit(9)
    {then}
"""
SAVE, REPORT = "trial.save({}, epoch)", "trial.report(epoch, acc=1.0)"


def attempt(folder: Path, n: int, code: str) -> list[int]:
    """Run an attempt and give the steps that it reported."""
    attempt_dir = folder / "attempts" / str(n)
    attempt_dir.mkdir(parents=True)
    (folder / "params.json").write_text("{}")
    env = {
        "PYTHONPATH": str(ROOT),
        "TUI_TUNER_TRIAL": "t0001",
        "TUI_TUNER_ATTEMPT": str(n),
        "TUI_TUNER_TRIAL_DIR": str(folder),
        "TUI_TUNER_ATTEMPT_DIR": str(attempt_dir),
        "TUI_TUNER_BUDGET": "5",
    }
    subprocess.run([sys.executable, "-c", code], env=env, check=n > 1)
    reports = attempt_dir / "reports.jsonl"
    lines = reports.read_text().splitlines() if reports.exists() else []
    return [int(line.split('"step":')[1].split(",")[0]) for line in lines]


@pytest.mark.parametrize("dies", [1, 3, 5])
def test_no_report_is_lost_between_saving_and_reporting(dies: int, tmp_path: Path) -> None:
    code = RUN.format(first=SAVE, then=REPORT, dies=dies)
    assert attempt(tmp_path, 1, code) == list(range(1, dies))
    assert attempt(tmp_path, 2, code) == list(range(dies, 6))


def test_who_reports_before_saving_runs_the_epoch_again(tmp_path: Path) -> None:
    code = RUN.format(first=REPORT, then=SAVE, dies=3)
    assert attempt(tmp_path, 1, code) == [1, 2, 3]
    assert attempt(tmp_path, 2, code) == [3, 4, 5]


def test_who_reports_seldom_loses_no_epoch(tmp_path: Path) -> None:
    code = RUN.format(first=SAVE, then=f"epoch % 4 == 1 and {REPORT}", dies=4)
    assert attempt(tmp_path, 1, code) == [1]
    assert attempt(tmp_path, 2, code + "\nassert trial._resumed_at == 4") == [5]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ('{"step":3,"metrics":{}}\n{"step":4,"metrics":{}}\n', 4),
        ('{"step":3,"metrics":{}}\n{"step":4,"met', 3),
        ('{"step":3,"metrics":{}}\n[]\n{"step":"4"}\n\xff\n', 3),
        ("", 0),
    ],
)
def test_the_last_line_that_can_be_read_counts(text: str, step: int, tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "reports.jsonl").write_bytes(text.encode("latin-1"))
    (tmp_path / "2").mkdir()
    assert last_reported(str(tmp_path / "3"), 3) == step
    assert last_reported(str(tmp_path / "1"), 1) == 0

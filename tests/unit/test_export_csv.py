"""`export --format csv` and `json` hold every point as it was reported."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.hostile import HOSTILE
from tests.fakes.stored_sweep import AT, StoredSweep
from tui_tuner.cli import main

SPACE = "  lr: {min: 1.0e-4, max: 1.0, scale: log}\n"
SAFE = {name: text for name, text in HOSTILE.items() if name != "surrogate"}


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))


def exported(sweep: Path, *words: str) -> str:
    out = sweep.with_suffix(".out")
    assert main(["export", str(sweep), "--force", "--out", str(out), *words]) == 0
    return out.read_text()


def curves(sweep: Path) -> list[list[str]]:
    return list(csv.reader(exported(sweep, "--curves").splitlines()))


def odd_sweep(directory: Path) -> Path:
    sweep = StoredSweep(directory, SPACE)
    sweep.add("complete", {"val_acc": 0.1})
    sweep.add("running")
    sweep.add("failed", {"val_acc": math.nan, "loss": -math.inf}, {"loss": math.inf})
    return sweep.write()


def test_curves_tell_what_is_no_number_apart_and_leave_empty_what_was_not_reported(
    tmp_path: Path,
) -> None:
    assert curves(odd_sweep(tmp_path / "digits")) == [
        ["id", "step", "at", "val_acc", "loss"],
        ["t0001", "1", str(AT + 1), "0.1", ""],
        ["t0003", "1", str(AT + 1), "nan", "-inf"],
        ["t0003", "2", str(AT + 2), "", "inf"],
    ]


def test_json_names_what_it_has_no_word_for(tmp_path: Path) -> None:
    trials = json.loads(exported(odd_sweep(tmp_path / "digits"), "--format", "json"))["trials"]

    assert trials[2]["series"]["loss"] == [[1, None, AT + 1], [2, None, AT + 2]]
    assert [trial["no_numbers"] for trial in trials] == [
        {},
        {},
        {"val_acc": [[1, "nan"]], "loss": [[1, "-inf"], [2, "inf"]]},
    ]


def test_show_names_what_is_no_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(odd_sweep(tmp_path / "digits")), "t0003"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["epoch", "val_acc", "loss"] in lines
    assert ["1", "nan", "-inf"] in lines
    assert ["2", "inf"] in lines


def test_metrics_that_come_late_widen_all_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_tuner.cli.exporting_csv.LINES_AT_ONCE", 1)
    sweep = StoredSweep(tmp_path / "digits", SPACE)
    for metric in ("val_acc", "loss", "step"):
        sweep.add("complete", {metric: 1.5})

    headings, *lines = curves(sweep.write())

    assert headings == ["id", "step", "at", "val_acc", "loss", "metrics.step"]
    assert [line[3:] for line in lines] == [["1.5", "", ""], ["", "1.5", ""], ["", "", "1.5"]]


def test_a_sweep_without_points_is_its_headings(tmp_path: Path) -> None:
    sweep = StoredSweep(tmp_path / "digits", SPACE)
    sweep.add("waiting")

    assert curves(sweep.write()) == [["id", "step", "at"]]


@pytest.mark.parametrize("words", [(), ("--curves",)])
def test_no_name_steers_a_terminal_a_spreadsheet_or_hides_another(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    sweep = StoredSweep(tmp_path / "digits", SPACE)
    names = [*SAFE.values(), "=SUM(A1)", "a\tb", "a b", "id", "metrics.id"]
    named: dict[str, Any] = dict.fromkeys(names, 1.0)
    sweep.add("complete", named, params=named, note=HOSTILE["cursor"])

    text = exported(sweep.write(), *words)
    headings, line = csv.reader(text.splitlines())

    assert not any(c in text for c in "\x1b\x07\x9b\x9d\u202e")
    assert len(set(headings)) == len(headings) == len(line)
    assert "'=SUM(A1)" in headings
    assert line.count("1.0") >= len(names)

"""`export --format parquet` holds what the CSV does, with types."""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fakes.disks import fill, small_disk
from tests.fakes.hostile import HOSTILE
from tests.fakes.stored_sweep import AT, StoredSweep
from tui_tuner.cli import main

SPACE = """\
  lr: {min: 1.0e-4, max: 1.0, scale: log}
  width: {values: [32, 64]}
  layers: {values: [[64, 64], [128]]}
  id: {values: [true, false]}
"""


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))


def exported(sweep: Path, *words: str) -> pa.Table:
    out = sweep.with_suffix(".parquet")
    assert main(["export", str(sweep), "--format", "parquet", "--out", str(out), *words]) == 0
    return pq.read_table(out)


def test_a_trial_is_a_row_whose_columns_have_types(tmp_path: Path) -> None:
    sweep = StoredSweep(tmp_path / "digits", SPACE)
    params = {"lr": 0.1, "width": 64, "layers": [64, 64], "id": True}
    sweep.add("complete", params=params, value=0.75, best=0.75, best_step=3, note="wide")
    sweep.add("failed", params={**params, "lr": 1}, failure="diverged", last_text="inf")

    table = exported(sweep.write())

    assert table.column("lr").to_pylist() == [0.1, 1.0]
    assert table.column("width").to_pylist() == [64, 64]
    assert table.column("layers").to_pylist() == ["[64, 64]"] * 2
    assert table.column("params.id").to_pylist() == [True, True]
    assert table.column("id").to_pylist() == ["t0001", "t0002"]
    assert table.column("value").to_pylist() == [0.75, math.inf]
    assert table.column("best_step").to_pylist() == [3, None]
    assert table.column("note").to_pylist() == ["wide", None]
    names = ("lr", "width", "layers", "params.id", "best_step", "started_at")
    types = [str(table.schema.field(name).type) for name in names]
    assert types == ["double", "int64", "string", "bool", "int64", "double"]
    told = {b"sweep": b"digits", b"metric": b"val_acc", b"goal": b"maximize"}
    assert table.schema.metadata == told


@pytest.mark.parametrize("words", [(), ("--curves",)])
def test_it_has_the_rows_and_columns_of_the_csv(tmp_path: Path, words: tuple[str, ...]) -> None:
    sweep = StoredSweep(tmp_path / "digits", SPACE)
    sweep.add("complete", {"val_acc": 0.5}, {"val_acc": 0.75, "loss": 1.5}, best=0.75)
    sweep.add("pruned", {"val_acc": 0.25})
    directory, out = sweep.write(), tmp_path / "digits.csv"
    assert main(["export", str(directory), "--out", str(out), *words]) == 0
    with out.open() as file:
        headings, *rows = csv.reader(file)

    table = exported(directory, *words)

    assert table.column_names == headings
    written = zip(*(table.column(name).to_pylist() for name in headings), strict=True)
    assert [[_number(cell) for cell in row] for row in written] == [
        [_number(cell or None) for cell in row] for row in rows
    ]


def test_curves_keep_what_is_no_number_and_leave_out_what_was_not_reported(tmp_path: Path) -> None:
    sweep = StoredSweep(tmp_path / "digits", SPACE)
    sweep.add("complete", {"val_acc": 0.5, "step": 7.0})
    sweep.add("running")
    sweep.add("failed", {"val_acc": math.nan, "loss": -math.inf}, {"loss": math.inf})

    table = exported(sweep.write(), "--curves")

    assert table.column_names == ["id", "step", "at", "val_acc", "metrics.step", "loss"]
    assert table.column("id").to_pylist() == ["t0001", "t0003", "t0003"]
    assert table.column("step").to_pylist() == [1, 1, 2]
    assert table.column("at").to_pylist() == [AT + 1, AT + 1, AT + 2]
    assert str(table.column("val_acc").to_pylist()) == "[0.5, nan, None]"
    assert table.column("metrics.step").to_pylist() == [7.0, None, None]
    assert table.column("loss").to_pylist() == [None, -math.inf, math.inf]


def test_a_group_of_rows_may_bring_a_metric_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_tuner.cli.exporting_parquet.ROWS_IN_GROUP", 2)
    sweep = StoredSweep(tmp_path / "digits", SPACE)
    for metric in ("val_acc", "loss", "val_acc"):
        sweep.add("complete", {metric: 1.0}, {metric: 2.0})

    table = exported(sweep.write(), "--curves")

    assert table.column("loss").to_pylist() == [None, None, 1.0, 2.0, None, None]
    assert pq.ParquetFile(tmp_path / "digits.parquet").num_row_groups == 3


def test_a_sweep_without_trials_is_a_table_without_rows(tmp_path: Path) -> None:
    directory = StoredSweep(tmp_path / "digits", SPACE).write()

    assert exported(directory).num_rows == 0
    assert str(exported(directory, "--force").schema.field("value").type) == "double"
    assert exported(directory, "--curves", "--force").column_names == ["id", "step", "at"]


def test_values_of_several_types_become_text_and_large_integers_stay_whole(tmp_path: Path) -> None:
    sweep = StoredSweep(tmp_path / "digits", SPACE)
    for value in ("auto", 3, True, None):
        sweep.add(params={"width": value, "seed": 2**63 - 1})

    table = exported(sweep.write())

    assert table.column("width").to_pylist() == ["auto", "3", "true", None]
    assert table.column("params.seed").to_pylist()[0] == 2**63 - 1


def test_no_text_in_it_steers_a_terminal(tmp_path: Path) -> None:
    sweep = StoredSweep(tmp_path / "digits", SPACE, name=HOSTILE["clipboard"])
    texts = {name: text for name, text in HOSTILE.items() if name != "surrogate"}
    params = {text: text for text in texts.values()} | {"a\tb": 1, "a b": 2}
    sweep.add("complete", {HOSTILE["title"]: 1.0}, params=params, note=HOSTILE["cursor"])
    directory = sweep.write()

    for table in (exported(directory), exported(directory, "--curves", "--force")):
        shown = f"{table.column_names} {table.to_pylist()} {table.schema.metadata!r}"
        assert not any(c in shown for c in "\x1b\x07\x9b\x9d\u202e")
        assert len(set(table.column_names)) == table.num_columns


@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [
        (("--format", "parquet"), 2, "--format parquet is no text: name a file with --out PATH"),
        (("--format", "optuna"), 2, "--format optuna is no text: name a file with --out PATH"),
        (("--format", "parquet", "--out", "there"), 2, "there exists already; --force overwrites"),
        (("--format", "optuna", "--out", "there"), 2, "there exists already; --force overwrites"),
        (("--format", "optuna", "--out", "x", "--curves"), 2, "optuna holds the curves anyway"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    status: int,
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there").write_text("mine")

    assert main(["export", "no sweep", *words]) == status
    assert reason in capsys.readouterr().err
    assert Path("there").read_text() == "mine"


def test_without_pyarrow_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = StoredSweep(tmp_path / "digits", SPACE).write()
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    out = str(tmp_path / "x.parquet")
    assert main(["export", str(directory), "--format", "parquet", "--out", out]) == 2
    assert "pip install 'tui-tuner[parquet]'" in capsys.readouterr().err


@pytest.mark.parametrize("format_", ["parquet", "optuna"])
def test_a_full_disk_is_named_and_what_was_there_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], format_: str
) -> None:
    directory = StoredSweep(tmp_path / "digits", SPACE).write()
    with small_disk(tmp_path / "disk", 0.1) as disk:
        out = disk / "trials"
        out.write_text("mine")
        fill(disk)
        words = ["export", str(directory), "--format", format_, "--out", str(out), "--force"]
        assert main(words) == 1
        assert f"cannot write {out}: No space left on device" in capsys.readouterr().err
        assert out.read_text() == "mine"
        assert sorted(path.name for path in disk.iterdir()) == ["ballast", "trials"]


def _number(cell: Any) -> Any:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return cell

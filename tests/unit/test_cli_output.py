"""What the command line prints lines up, fits, and cannot steer a terminal or a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from engine.errors import ActError, ConfigError, NotFoundError, TunerError, UsageError
from tests.fakes.fake_source import FakeSource
from tui_tuner.cli import boundary
from tui_tuner.cli.columns import Column, table
from tui_tuner.cli.documents import detail_document, elapsed_s, trial_document
from tui_tuner.cli.exporting_csv import _csv
from tui_tuner.cli.trials import trial_columns
from tui_tuner.cli.whole_file import write_out
from tui_tuner.view.copying import yaml_of
from tui_tuner.view.line import width_of


def test_columns_line_up_and_numbers_stand_right() -> None:
    lines = table([Column("id", ["t1", "t2"]), Column("value", ["9", "10"], "right")], 80)

    assert lines == ["id  value", "t1      9", "t2     10"]


def test_a_table_fits_its_terminal_by_cutting_text_then_dropping_columns() -> None:
    columns = [
        Column("id", ["t0001"]),
        Column("lr", ["0.1"], optional=True),
        Column("width", ["64"], optional=True),
        Column("why", ["a long reason " * 10], optional=True, text=True),
    ]

    assert all(width_of(line) <= 40 for line in table(columns, 40))
    assert table(columns, 10) == ["id     lr", "t0001  0.1"]
    assert table(columns, None)[1].endswith("reason")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.integers(12, 60))
def test_no_text_breaks_a_table(cells: list[str], width: int) -> None:
    lines = table([Column("id", ["t"] * len(cells)), Column("why", cells, text=True)], width)

    assert len(lines) == len(cells) + 1
    assert all("\x1b" not in line and "\n" not in line for line in lines)
    assert all(width_of(line) <= width for line in lines)


def test_trials_show_the_parameters_that_vary(tmp_path: Path) -> None:
    source = FakeSource(tmp_path)
    for lr in (0.001, 0.1):
        source.propose({"lr": lr, "width": 64})
    lines = table(trial_columns(source.trials(), source.status()), 120)

    assert "lr" in lines[0]
    assert "width" not in lines[0]


def test_a_mean_within_the_noise_of_the_leader_is_marked(tmp_path: Path) -> None:
    source = FakeSource(tmp_path)
    for mean in (0.98, 0.979, 0.9):
        source.propose({"lr": mean}, mean=mean, std=0.003, repeats=3)
    source.propose({"lr": 1.0})
    rows = source.trials()
    lines = table(trial_columns(rows, source.status(), rows[:3]), 120)

    means = [line[lines[0].index("mean") :].split("  ")[0] for line in lines[1:]]
    assert means == ["0.9800 ± .0030", "0.9790 ± .0030 ≈", "0.9000 ± .0030", ""]


def test_advice_that_can_be_followed_has_a_column(tmp_path: Path) -> None:
    source = FakeSource(tmp_path)
    for state in ("running", "complete"):
        source.propose(state=state, advice=f"median: would stop the {state} one")
    lines = table(trial_columns(source.trials(), source.status()), None)

    assert lines[1].endswith("median: would stop the running one")
    assert "would stop" not in lines[2]
    assert "advice" not in table(trial_columns([source.trial(2)], source.status()), None)[0]


def test_a_running_trial_counts_its_time_up_to_now(tmp_path: Path) -> None:
    source = FakeSource(tmp_path)
    source.start(source.propose())

    assert elapsed_s(source.trial(1), source.now + 7) == 7
    assert trial_document(source.trial(1), source.now + 7)["elapsed_s"] == 7


def test_trials_give_attempts_as_a_count_with_every_field_there(tmp_path: Path) -> None:
    source = FakeSource(tmp_path)
    source.propose()
    document = trial_document(source.trial(1))

    promised = {
        *("id", "state", "failure", "params", "stage", "budget", "step", "value", "best"),
        *("attempts", "device", "origin", "parent", "space_version", "reason", "seed"),
        *("started_at", "elapsed_s"),
    }
    assert promised <= document.keys()
    assert document["attempts"] == 0
    assert document["failure"] is None
    assert detail_document is not None


@pytest.mark.parametrize(
    "params",
    [
        {"lr": 1e-05, "big": 1e22, "half": 0.5, "n": 3, "flag": True, "none": None},
        {"optimizer": "sgd", "answer": "no", "norway": "NO", "date": "2024-01-01", "a: b": "#"},
        {"layers": [64, 32], "text": "ü\n\x1b"},
    ],
)
@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
def test_the_best_parameters_as_yaml_read_back_the_same(
    params: dict[str, object], version: tuple[int, int]
) -> None:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version  # type: ignore[assignment]

    assert yaml.load(yaml_of(params)) == params


def test_no_csv_cell_is_taken_for_a_formula() -> None:
    cells = ["=1+1", "@x", "-cmd", "+x", "-1.5", "1e-3", -2, None, "plain", "a,b", [1, 2]]
    (line,) = csv.reader(io.StringIO(_csv([cells])))

    assert line == [
        *("'=1+1", "'@x", "'-cmd", "'+x", "-1.5", "1e-3"),
        *("-2", "", "plain", "a,b", "[1, 2]"),
    ]


def test_a_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    write_out("one", out, force=False)
    with pytest.raises(UsageError, match="--force"):
        write_out("two", out, force=False)
    assert out.read_text() == "one"

    write_out("two", out, force=True)
    assert out.read_text() == "two"
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(TunerError, match="cannot write"):
        write_out("one", tmp_path / "nowhere" / "x.csv", force=False)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (TunerError("it failed"), 1, "tui-tuner: it failed\n"),
        (ActError("bad\x1b[31m"), 1, "tui-tuner: bad␛[31m\n"),
        (UsageError("two\nlines"), 2, "tui-tuner: two\ntui-tuner: lines\n"),
        (
            ConfigError(["a.yaml:3: lr: bad\x1b", "a.yaml:4: x"]),
            2,
            "a.yaml:3: lr: bad␛\na.yaml:4: x\n",
        ),
        (NotFoundError("no sweep"), 3, "tui-tuner: no sweep\n"),
        (PermissionError(13, "Permission denied", "/x"), 1, "tui-tuner: /x: Permission denied\n"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_each_error_has_its_line_and_its_exit_status(
    error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise error

    with pytest.raises(SystemExit) as left:
        boundary.guarded(command)()

    assert left.value.code == status
    assert capsys.readouterr().err == said


def test_a_bug_of_ours_shows_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise ZeroDivisionError

    with pytest.raises(SystemExit):
        boundary.guarded(command)()

    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert "TUI_TUNER_DEBUG=1" in err

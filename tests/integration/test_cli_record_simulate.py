"""A sweep is recorded, and a config rehearsed on the table, from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.curves.reading import read_table
from tests.fakes.shell import CONFIG, Shell

REPO = Path(__file__).parents[2]
DIGITS = REPO / "benchmarks" / "digits_mlp.csv.gz"
RECORDED = {
    DIGITS: (REPO / "sample_configs" / "digits_grid" / "sweep.yaml", 2688),
    REPO / "benchmarks" / "heldout_noisy_digits.csv.gz": (
        REPO / "sample_configs" / "noisy_digits_grid" / "sweep.yaml",
        960,
    ),
    REPO / "benchmarks" / "unseen_friedman.csv.gz": (
        REPO / "sample_configs" / "friedman_grid" / "sweep.yaml",
        960,
    ),
    REPO / "benchmarks" / "fresh_classes.csv.gz": (
        REPO / "sample_configs" / "classes_grid" / "sweep.yaml",
        540,
    ),
    REPO / "benchmarks" / "text.csv.gz": (
        REPO / "sample_configs" / "text_grid" / "sweep.yaml",
        2688,
    ),
    REPO / "benchmarks" / "series.csv.gz": (
        REPO / "sample_configs" / "series_grid" / "sweep.yaml",
        2688,
    ),
}
LEARNING = """\
name: digits
program: train.py
metric: {name: val_acc, goal: maximize}
parameters:
  lr:           {min: 1.0e-4, max: 2.15, scale: log}
  weight_decay: {min: 1.0e-6, max: 1.0e-2, scale: log}
  width:        {values: [16, 32, 64, 128]}
  batch_size:   {values: [16, 64, 256]}
  dropout:      {min: 0.0, max: 0.6}
method: bayes
budget: {parameter: epochs, max: 27}
limits: {trials: 15}
"""
OBJECTIVE = """\
def answer(params, step):
    return {"val_acc": params["lr"] * step}, 60.0
"""


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))
    shell = Shell(tmp_path, capsys)
    (tmp_path / "learning.yaml").write_text(LEARNING)
    (tmp_path / "made_up.py").write_text(OBJECTIVE)
    yield shell
    shell.end()


def test_a_sweep_is_recorded_and_its_config_rehearsed_on_it(shell: Shell) -> None:
    assert shell.run("run", "sweep.yaml", "--headless").returncode == 0

    written = shell.json("record", "--out", "t.csv.gz")
    again = shell.json("record", "--out", "again.csv.gz")
    words = ("simulate", "sweep.yaml", "--table", "t.csv.gz", "--slots", "1", "--seeds", "2")
    rehearsed = shell.json(*words)

    assert (written["configurations"], written["rows"]) == (3, 9)
    assert written["parameters"] == ["lr"]
    assert written["metrics"] == ["val_acc"]
    assert written["bytes"] == again["bytes"] == Path("t.csv.gz").stat().st_size
    assert Path("t.csv.gz").read_bytes() == Path("again.csv.gz").read_bytes()
    for one in read_table(Path("t.csv.gz")).curves:
        assert one.metrics["val_acc"] == (0.25, 0.5, 0.75)
        assert all(seconds >= 0.0 for seconds in one.seconds)
    assert [seed["seed"] for seed in rehearsed["seeds"]] == [0, 1]
    assert rehearsed["seeds"][0]["trials"]["complete"] == 3
    assert rehearsed["seeds"][0]["epochs"] == 9
    assert [(e, v) for e, _, v in _trajectory(rehearsed)] == [(1, 0.25), (2, 0.5), (3, 0.75)]


def _trajectory(document: Any) -> list[list[float]]:
    trajectory: list[list[float]] = document["seeds"][0]["trajectory"]
    return trajectory


def test_record_prints_the_table_and_overwrites_nothing(shell: Shell) -> None:
    assert shell.run("run", "sweep.yaml", "--headless").returncode == 0

    lines = shell.say("record", "--digits", "3").splitlines()
    assert lines[0] == "lr,step,val_acc,seconds"
    assert len(lines) == 10
    Path("t.csv").write_text("mine")
    assert "--force overwrites it" in shell.say("record", "--out", "t.csv", status=2)
    assert "9 rows written to t.csv" in shell.run("record", "--out", "t.csv", "--force").stderr


def test_a_table_of_another_format_is_refused(shell: Shell) -> None:
    refused = shell.say("record", "--out", "x.parquet", status=2)
    assert refused.strip().endswith("--out x.parquet: a curve table is CSV; write --out x.csv.gz")
    assert not Path("x.parquet").exists()


def test_a_sweep_that_reported_nothing_has_no_curves(shell: Shell) -> None:
    Path("silent.yaml").write_text(CONFIG.replace("train.py", "silent.py"))
    Path("silent.py").write_text("")
    shell.run("run", "silent.yaml", "--headless")

    assert "no trial of this sweep has reported" in shell.say("record", status=1)


def test_a_person_reads_a_line_a_seed_and_the_quartiles(shell: Shell) -> None:
    told = shell.run("simulate", "learning.yaml", "--table", str(DIGITS), "--seeds", "3").stdout

    lines = told.splitlines()
    assert lines[0].split()[:3] == ["seed", "best", "after"]
    assert [line.split()[0] for line in lines[1:4]] == ["0", "1", "2"]
    assert "tpe (gp until 100 results are known), 3 seeds: best val_acc 0.9" in told
    assert "in the middle half" in told


def test_a_function_beside_the_config_answers(shell: Shell) -> None:
    words = ("simulate", "sweep.yaml", "--objective", "made_up:answer")

    document = shell.json(*words, "--set", "limits.trials=4")

    (seed,) = document["seeds"]
    assert document["objective"] == "made_up:answer"
    assert seed["best"] == pytest.approx(seed["best_params"]["lr"] * 3)
    assert seed["seconds"] == pytest.approx(4 * 3 * 60.0 / 2), "two slots, as the config says"


def test_an_objective_that_never_changes_is_said_once(shell: Shell) -> None:
    unchanging = "def answer(params, step): return {'val_acc': 0.5}, 1.0"
    (shell.folder / "made_up.py").write_text(unchanging)
    words = ("simulate", "sweep.yaml", "--objective", "made_up:answer", "--seeds", "2")

    told = shell.run(*words, "--set", "limits.trials=12")

    assert told.stderr.count("val_acc is 0.5 in every report so far") == 1


def test_epochs_end_a_rehearsal_and_a_config_without_limits_says_where_it_ends(
    shell: Shell,
) -> None:
    Path("endless.yaml").write_text(CONFIG.replace("limits: {trials: 3}\n", ""))
    words = ("simulate", "endless.yaml", "--objective", "made_up:answer")

    assert "ends after 100 trials" in shell.run(*words).stderr
    assert shell.json(*words, "--epochs", "7")["seeds"][0]["epochs"] == 7


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("simulate sweep.yaml", "say either --table T.csv.gz or --objective"),
        ("simulate sweep.yaml --table no.csv.gz", "no.csv.gz cannot be read: No such file"),
        ("simulate sweep.yaml --table sweep.yaml", "sweep.yaml"),
        ("simulate sweep.yaml --objective made_up", "write module:function"),
        ("simulate sweep.yaml --objective made_up:other", "made_up has no function other"),
        ("simulate sweep.yaml --objective made_up:answer --set method=manual", "manual proposes"),
    ],
)
def test_what_cannot_be_rehearsed_is_one_sentence(shell: Shell, words: str, sentence: str) -> None:
    told = shell.say(*words.split(), status=2)

    assert sentence in told
    assert len(told.strip().splitlines()) == 1


SIDE_BY_SIDE = """
import json, sys
from pathlib import Path
from engine import rehearsing
from engine.config.load import load_config

what = rehearsing.Rehearsing(
    config=load_config(Path("learning.yaml"), ["method=random"]).config, table=Path(sys.argv[1])
)
alone = sorted(rehearsing.rehearse(what, range(4)), key=lambda one: one.seed)
rehearsing.WORTH_S = 0.0
together = sorted(rehearsing.rehearse(what, range(4)), key=lambda one: one.seed)
print(json.dumps([[one.seed for one in together], alone == together]))
"""


def test_seeds_side_by_side_come_out_as_alone(shell: Shell) -> None:
    words = [sys.executable, "-c", SIDE_BY_SIDE, str(DIGITS)]
    env = {**shell.env, "PYTHONPATH": str(REPO)}

    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[0, 1, 2, 3], True]


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_the_committed_tables_are_whole_grids_of_their_configs(path: Path) -> None:
    from engine.config.load import load_config

    config, configurations = RECORDED[path]
    space = load_config(config).config.space
    table = read_table(path)

    assert path.stat().st_size < 3_000_000
    assert len(table.curves) == configurations == space.grid_size()
    assert {space.key(one.params) for one in table.curves} == {
        space.key(params) for i in range(configurations) if (params := space.grid(i)) is not None
    }
    assert all(one.steps == tuple(range(1, 28)) for one in table.curves)

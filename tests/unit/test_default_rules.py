"""The early stopping that comes with a learning method, and how to be rid of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.default_rules import PROMOTING, STOPPING
from engine.config.load import load_config
from engine.config.plan import to_plan
from engine.config.rule_words import rules_of
from engine.config.schema import Config
from engine.config.support import unsupported
from engine.judges import judges_of
from tui_tuner.cli import main

SMALLEST = """\
program: train.py
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.1, max: 1.0}}
"""
BUDGET = "budget: {max: 27}\n"


GOES_ON = """\
import tui_tuner as tt
trial = tt.trial(lr=0.1)
state = trial.load()
for epoch in trial.epochs():
    trial.save({}, epoch)
"""
STARTS_OVER = "print('acc 1')\n"


def write(folder: Path, more: str, script: str = STARTS_OVER) -> Path:
    (folder / "train.py").write_text(script)
    path = folder / "sweep.yaml"
    path.write_text(SMALLEST + more)
    return path


def config_of(folder: Path, more: str, script: str = STARTS_OVER) -> Config:
    return load_config(write(folder, more, script)).config


def test_a_learning_method_with_a_budget_stops_early(tmp_path: Path) -> None:
    config = config_of(tmp_path, "method: bayes\n" + BUDGET)
    assert config.stop == (STOPPING,)
    assert [judge.name for judge in judges_of(config)] == ["diverged", "asha"]
    assert unsupported(config) == []


def test_trials_that_surely_go_on_are_promoted(tmp_path: Path) -> None:
    loaded = load_config(write(tmp_path, "method: bayes\n" + BUDGET, GOES_ON))
    assert loaded.config.stop == (PROMOTING,)
    assert loaded.warnings == []
    rungs = to_plan(loaded.config, slots=1).rungs
    assert rungs is not None
    assert rungs.budgets[rungs.begins :] == (3, 9, 27)
    assert unsupported(loaded.config) == []


@pytest.mark.parametrize("budget", ["budget: {max: 1}\n", "budget: {min: 27, max: 27}\n"])
def test_one_rung_alone_promotes_nobody(tmp_path: Path, budget: str) -> None:
    assert config_of(tmp_path, "method: bayes\n" + budget, GOES_ON).stop == (STOPPING,)


@pytest.mark.parametrize(
    "more",
    [
        "method: bayes\n",
        "method: random\n" + BUDGET,
        "method: halton\n" + BUDGET,
        BUDGET,
        "method: bayes\nstop: []\n" + BUDGET,
        "method: bayes\nstop: [diverged]\n" + BUDGET,
        "method: bayes\nstages: [{epochs: 3, trials: 9}]\n" + BUDGET,
        "method: bayes\nearly_terminate: {type: hyperband, min_iter: 3}\n" + BUDGET,
    ],
)
def test_whoever_says_how_trials_end_is_taken_at_their_word(tmp_path: Path, more: str) -> None:
    assert not any(rule.by_default for rule in config_of(tmp_path, more, GOES_ON).stop)


def test_rules_are_told_before_the_sweep_runs(tmp_path: Path) -> None:
    assert rules_of(config_of(tmp_path, "method: bayes\n" + BUDGET)) == [
        "diverged: factor 10",
        "asha: reduction 3, min auto, lenient false; by default, since the method learns; "
        "it stops, since nothing shows that the script goes on from a checkpoint; "
        "`stop: []` switches it off",
    ]
    assert rules_of(config_of(tmp_path, "method: bayes\n" + BUDGET, GOES_ON))[1] == (
        "asha: mode promote, reduction 3, min auto; rungs of 3, 9, 27 epochs; by default, since "
        "the method learns; it promotes, since the script goes on from its checkpoints; "
        "`stop: []` switches it off"
    )
    rules = "stop: [{rule: patience, epochs: 5, advisory: true}, {rule: asha, mode: promote}]\n"
    assert rules_of(config_of(tmp_path, rules + BUDGET))[1:] == [
        "patience: epochs 5; advises only",
        "asha: mode promote; rungs of 3, 9, 27 epochs",
    ]
    brackets = "early_terminate: {type: hyperband, max_iter: 27, s: 2, strict: true}\n"
    assert rules_of(config_of(tmp_path, brackets + BUDGET))[1:] == [
        "hyperband: max_iter 27, s 2, strict true"
    ]
    off = "stop: [{rule: diverged, enabled: false}]\n"
    assert rules_of(config_of(tmp_path, off)) == []


def test_validate_prints_the_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "method: bayes\n" + BUDGET)
    assert main(["validate", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "stops early: diverged: factor 10\n" in printed
    assert "stops early: asha: " in printed

"""The early stopping that comes with a learning method, and how to be rid of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.default_rules import BY_DEFAULT
from engine.config.load import load_config
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


def write(folder: Path, more: str) -> Path:
    (folder / "train.py").write_text("trial.save({}, 1)\n")
    path = folder / "sweep.yaml"
    path.write_text(SMALLEST + more)
    return path


def config_of(folder: Path, more: str) -> Config:
    return load_config(write(folder, more)).config


def test_a_learning_method_with_a_budget_stops_early(tmp_path: Path) -> None:
    config = config_of(tmp_path, "method: bayes\n" + BUDGET)
    assert config.stop == (BY_DEFAULT,)
    assert [judge.name for judge in judges_of(config)] == ["diverged", BY_DEFAULT.rule]
    assert unsupported(config) == []


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
    assert not any(rule.by_default for rule in config_of(tmp_path, more).stop)


def test_rules_are_told_before_the_sweep_runs(tmp_path: Path) -> None:
    told = rules_of(config_of(tmp_path, "method: bayes\n" + BUDGET))
    assert told[0] == "diverged: factor 10"
    assert told[1].startswith("asha: ")
    assert told[1].endswith("by default, since the method learns; `stop: []` switches it off")
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

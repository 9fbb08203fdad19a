"""A rule that could stop no trial before its budget ends is warned of."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import load_config


def warnings(folder: Path, line: str, budget: str = "{parameter: epochs, max: 9}") -> list[str]:
    (folder / "train.py").write_text("trial.save({}, epoch)\n")
    path = folder / "sweep.yaml"
    path.write_text(
        "program: train.py\nmetric: {name: acc}\n"
        f"parameters: {{lr: {{min: 0.1, max: 1.0}}}}\nbudget: {budget}\n{line}\n"
    )
    told = load_config(path).warnings
    return [text.partition(": ")[2] for text in told if "never stops" in text]


@pytest.mark.parametrize(
    ("line", "epoch"),
    [
        ("stop: [{rule: asha, min: 27}]", 27),
        ("stop: [{rule: hyperband, min: 9}]", 9),
        ("stop: [{rule: median, min_epochs: 9}]", 9),
        ("stop: [{rule: percentile, min_epochs: 20}]", 20),
        ("stop: [{rule: threshold, lower: 0.1, min_epochs: 9}]", 9),
        ("stop: [{rule: patience, epochs: 8}]", 9),
        ("stop: [{rule: plateau, epochs: 10}]", 11),
        ("stop: [{rule: wilcoxon, n_startup_steps: 9}]", 9),
    ],
)
def test_a_rule_that_begins_where_trials_end_is_warned_of(
    tmp_path: Path, line: str, epoch: int
) -> None:
    name = line.split("rule: ")[1].split(",")[0]
    told = f"stops no trial before {epoch} epochs, and the budget is 9: it never stops one"
    assert warnings(tmp_path, line) == [f"stop[0]: {name} {told} early"]


@pytest.mark.parametrize(
    "options", ["min_iter: 9", "max_iter: 90, s: 2, eta: 2", "min_iter: 3, max_iter: 81, s: 1"]
)
def test_so_are_brackets_beyond_the_budget(tmp_path: Path, options: str) -> None:
    (told,) = warnings(tmp_path, f"early_terminate: {{type: hyperband, {options}}}")
    assert told.startswith("early_terminate: hyperband stops no trial before ")


@pytest.mark.parametrize(
    "line",
    [
        "stop: [asha, hyperband, median, percentile, wilcoxon]",
        "stop: [{rule: asha, min: 8}, {rule: patience, epochs: 7}, {rule: target, value: 1}]",
        "stop: [{rule: asha, min: 27, enabled: false}]",
        "early_terminate: {type: hyperband, min_iter: 3}",
        "early_terminate: {type: hyperband, max_iter: 27, s: 2}",
    ],
)
def test_a_rule_that_can_stop_a_trial_is_not(tmp_path: Path, line: str) -> None:
    assert warnings(tmp_path, line) == []

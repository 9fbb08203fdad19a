"""Stages in a config: values they set otherwise, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import Loaded, load_config
from engine.config.plan import to_plan
from engine.core.model import Params
from engine.errors import ConfigError

GOOD = """\
program: train.py
metric: {name: val_acc, goal: maximize}
parameters:
  lr: {min: 1e-4, max: 1.0}
  optimizer: {values: [sgd, adam]}
  data_fraction: {value: 1.0}
  classes: {value: all}
  nesterov: {value: true, when: {optimizer: sgd}}
  name: {value: mlp}
budget: {parameter: epochs, max: 27}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    return tmp_path


def load(folder: Path, stages: str, more: str = "") -> Loaded:
    path = folder / "sweep.yaml"
    path.write_text(f"{GOOD}stages: {stages}\n{more}")
    return load_config(path)


def overrides(loaded: Loaded) -> list[Params]:
    return [stage.overrides for stage in to_plan(loaded.config, slots=1).stages]


def fault_of(folder: Path, stages: str) -> str:
    with pytest.raises(ConfigError) as raised:
        load(folder, stages)
    (fault,) = raised.value.faults
    return fault.split(": ", 1)[1]


def test_a_stage_sets_fixed_values_otherwise(folder: Path) -> None:
    stages = "[{epochs: 1, trials: 4, data_fraction: 0.1}, {epochs: 5, trials: 2}]"
    assert overrides(load(folder, stages)) == [{"data_fraction": 0.1}, {}]


def test_values_may_stand_under_set_as_well(folder: Path) -> None:
    stages = "[{name: a, epochs: 1, trials: 4, classes: ten, set: {name: cnn, data_fraction: 1}}]"
    loaded = load(folder, stages)
    assert overrides(loaded) == [{"classes": "ten", "name": "cnn", "data_fraction": 1}]
    assert loaded.config.stages[0].name == "a"


@pytest.mark.parametrize(
    ("stage", "fault"),
    [
        ("data_fractoin: 0.1", "stages[0].data_fractoin: unknown key; did you mean "
         "'data_fraction'?"),
        ("set: {data_fractoin: 0.1}", "stages[0].set.data_fractoin: is no parameter of this "
         "config; did you mean 'data_fraction'?"),
        ("lr: 0.1", "stages[0].lr: is searched, not fixed: a stage can set fixed values only"),
        ("set: {lr: 0.1}", "stages[0].set.lr: is searched, not fixed: a stage can set fixed "
         "values only"),
        ("nesterov: false", "stages[0].nesterov: applies only where optimizer = sgd: a stage "
         "cannot set it"),
        ("data_fraction: small", "stages[0].data_fraction: must be a number, as 1.0 is, not the "
         "text 'small'"),
        ("classes: 10", "stages[0].classes: must be text, as 'all' is, not 10"),
        ("set: 5", "stages[0].set: must be a mapping, `name: value`, not 5"),
        ("classes: a, set: {classes: b}", "stages[0].set.classes: is set twice in this stage"),
    ],
)  # fmt: skip
def test_a_value_that_a_stage_cannot_set_is_named(folder: Path, stage: str, fault: str) -> None:
    assert fault_of(folder, f"[{{epochs: 1, trials: 4, {stage}}}]") == fault


def test_finalists_may_be_repeated_at_the_budget_they_have_had(folder: Path) -> None:
    stages = "[{epochs: 5, trials: 4}, {epochs: 5, promote: 2, repeats: 3}]"
    assert load(folder, stages).config.stages[1].repeats == 3
    other = "[{epochs: 5, trials: 4}, {epochs: 5, promote: 2, repeats: 3, data_fraction: 0.5}]"
    assert "promotes to a budget of 5, but trials have had 5" in fault_of(folder, other)


def test_a_limit_below_the_stages_trials_is_warned_about(folder: Path) -> None:
    loaded = load(folder, "[{epochs: 1, trials: 40}]", "limits: {trials: 30}\n")
    assert loaded.warnings == [
        f"{folder}/sweep.yaml:12: limits.trials: 30 is less than the 40 new trials of the stages; "
        "it ends them early"
    ]

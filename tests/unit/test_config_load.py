"""Configs that are right: W&B's files load unchanged, ours compile and survive storage."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from engine.config.load import Loaded, load_config
from engine.config.schema import Budget, Config, Narrow, Stage, StopRule
from engine.core.model import (
    Goal,
)
from engine.core.plan import Limits

WANDB = """\
name: sweepdemo
description: a sweep as in the W&B documentation
project: demo
entity: a-team
program: train.py
method: bayes
metric:
  goal: maximize
  name: val_acc
  target: 0.99
parameters:
  lr: {distribution: log_uniform_values, min: 1e-5, max: 0.1}
  epochs: {value: 27}
  batch_size: {distribution: q_log_uniform_values, q: 8, min: 32, max: 256}
  optimizer:
    parameters:
      kind: {values: [sgd, adam], probabilities: [0.25, 0.75]}
      momentum: {distribution: normal, mu: 0.9, sigma: 0.01}
early_terminate: {type: hyperband, s: 2, eta: 3, max_iter: 27, strict: true}
run_cap: 50
command:
  - ${env}
  - ${interpreter}
  - ${program}
  - "--logtostderr"
  - ${args}
"""

OURS = """\
name: digits
program: train.py
metric: {name: val_acc, goal: maximize}
parameters:
  lr:           {min: 1.0e-6, max: 10.0, distribution: log_uniform_values}
  weight_decay: {min: 1e-7, max: 1e-1, scale: log, role: nuisance}
  dropout:      {min: 0.0, max: 0.7}
  width:        {values: [32, 64, 128, 256]}
  optimizer:    {values: [sgd, adam], role: scientific}
  momentum:     {min: 0.8, max: 0.99, when: {optimizer: sgd}}
  seed_offset:  {value: 0}
method: halton
search: {seed: 0, startup_trials: 10}
budget: {parameter: epochs, min: 1, max: 27}
stages:
  - {name: coarse, epochs: 1,  trials: 60}
  - {name: medium, epochs: 5,  trials: 20, narrow: {top: 10}}
  - {name: fine,   epochs: 27, promote: 5, repeats: 3}
stop:
  - diverged
  - {rule: asha, reduction: 3}
  - {rule: patience, epochs: 5}
limits: {trials: 200, hours: 8, target: 0.99, failures: 5}
resources: {gpus: 1, trials_per_gpu: 1, cpus: 1, slots: auto}
start: auto
preload: [torch, torch._dynamo]
metrics: {stdout: 'val_loss (?P<val_loss>\\S+).*epoch (?P<step>\\d+)'}
env: {OMP_NUM_THREADS: "1"}
"""

SMALLEST = """\
program: train.py
metric: {name: loss}
parameters: {lr: {min: 1e-4, max: 1.0}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("print()\n")
    return tmp_path


def load(folder: Path, text: str, *overrides: str, name: str = "sweep.yaml") -> Loaded:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_config(path, overrides)


def test_a_wandb_sweep_file_loads_unchanged(folder: Path) -> None:
    config = load(folder, WANDB).config
    assert config.name == "sweepdemo"
    assert (config.project, config.entity) == ("demo", "a-team")
    assert config.method == "tpe"
    assert (config.metric.name, config.metric.goal) == ("val_acc", Goal.MAXIMIZE)
    assert config.limits == Limits(trials=50, target=0.99)
    assert config.stop == (
        StopRule(rule="hyperband", options={"s": 2, "eta": 3.0, "max_iter": 27, "strict": True}),
    )
    assert config.space.varying() == ["lr", "batch_size", "optimizer.kind", "optimizer.momentum"]
    assert config.command == ("${env}", "${interpreter}", "${program}", "--logtostderr", "${args}")


def test_everything_under_a_top_level_sweep_key_is_the_config(folder: Path) -> None:
    indented = "sweep:\n" + "".join(f"  {line}\n" for line in WANDB.splitlines())
    wrapped = load(folder, indented).config
    plain = load(folder, WANDB).config
    assert wrapped == plain


def test_every_key_of_our_own_compiles(folder: Path) -> None:
    config = load(folder, OURS).config
    assert config.budget == Budget(parameter="epochs", min=1, max=27)
    assert config.stages == (
        Stage(name="coarse", budget=1, trials=60),
        Stage(name="medium", budget=5, trials=20, narrow=Narrow(top=10)),
        Stage(name="fine", budget=27, promote=5, repeats=3),
    )
    assert [rule.rule for rule in config.stop] == ["diverged", "asha", "patience"]
    assert config.limits == Limits(trials=200, hours=8.0, target=0.99, failures=5)
    assert config.search == {"seed": 0, "startup_trials": 10}
    assert config.metrics.stdout == (r"val_loss (?P<val_loss>\S+).*epoch (?P<step>\d+)",)
    assert config.preload == ("torch", "torch._dynamo")
    assert config.env == {"OMP_NUM_THREADS": "1"}
    assert "momentum" in config.space.varying()


@pytest.mark.parametrize("text", [WANDB, OURS, SMALLEST], ids=["wandb", "ours", "smallest"])
def test_a_compiled_config_survives_storage_as_json(folder: Path, text: str) -> None:
    config = load(folder, text).config
    assert msgspec.json.decode(msgspec.json.encode(config), type=Config) == config


def test_a_json_file_is_a_config_too(folder: Path) -> None:
    text = (
        '{"program": "train.py",\t"metric": {"name": "loss"},\n'
        '"parameters": {"lr": {"min": 1e-4, "max": 1.0}}}'
    )
    assert load(folder, text, name="sweep.json").config.space.varying() == ["lr"]


def test_what_the_file_leaves_out_has_sensible_defaults(folder: Path) -> None:
    config = load(folder, SMALLEST).config
    assert config.metric.goal is Goal.MINIMIZE
    assert config.method == "halton"
    assert config.diverged_factor == 10.0
    assert config.grace == 10.0
    assert config.name == folder.name
    assert config.folder == str(folder)
    assert config.path == str(folder / "sweep.yaml")


def test_a_config_is_named_after_its_file(folder: Path) -> None:
    assert load(folder, SMALLEST, name="resnet.yaml").config.name == "resnet"


def test_a_relative_path_gives_an_absolute_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sweep.yaml").write_text(SMALLEST)
    monkeypatch.chdir(folder)
    assert load_config(Path("sweep.yaml")).config.folder == str(folder)


def test_a_roundabout_path_gives_a_plain_folder_and_name(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "sweep.yaml").write_text(SMALLEST)
    config = load_config(folder / "inner" / ".." / "sweep.yaml").config
    assert (config.folder, config.name) == (str(folder), folder.name)


@pytest.mark.parametrize(
    ("spelling", "low"),
    [("1e-3", 1e-3), ("1E-3", 1e-3), (".001", 1e-3), ("+0.001", 1e-3), ("-.5e1", -5.0)],
)
def test_numbers_in_scientific_notation_are_numbers(
    folder: Path, spelling: str, low: float
) -> None:
    text = SMALLEST.replace("1e-4", spelling)
    assert load(folder, text).config.space.decode([0.0])["lr"] == pytest.approx(low)


def test_words_that_yaml_1_1_makes_booleans_stay_text_and_a_warning_says_so(folder: Path) -> None:
    text = SMALLEST + "  \n"
    text = text.replace("lr: {", "aug: {values: [no, On, 'yes']}, lr: {")
    loaded = load(folder, text)
    values = {loaded.config.space.decode([u, 0.5])["aug"] for u in (0.1, 0.5, 0.9)}
    assert values == {"no", "On", "yes"}
    assert loaded.warnings == [
        f"{folder}/sweep.yaml:3: parameters.aug.values[0]: no is text here, where W&B's reader "
        "makes a boolean of it; write true or false for a boolean",
        f"{folder}/sweep.yaml:3: parameters.aug.values[1]: On is text here, where W&B's reader "
        "makes a boolean of it; write true or false for a boolean",
    ]


def test_numbers_in_env_become_the_text_they_were_written_as(folder: Path) -> None:
    loaded = load(folder, SMALLEST + "env: {A: 1, B: 1e-3, C: text}\n")
    assert loaded.config.env == {"A": "1", "B": "1e-3", "C": "text"}
    assert len(loaded.warnings) == 2


def test_arguments_of_a_command_are_passed_as_they_were_written(folder: Path) -> None:
    text = SMALLEST.replace(
        "program: train.py", 'command: [sh, -c, 1e-3, true, 007, "${args}", --x, "${param:lr}"]'
    )
    config = load(folder, text).config
    assert config.command is not None
    assert config.command[2:5] == ("1e-3", "true", "007")


def test_anchors_aliases_and_merge_keys_mean_what_yaml_says(folder: Path) -> None:
    text = """\
program: train.py
metric: {name: loss}
parameters:
  lr: &range {min: 0.5, max: 1.0}
  dropout: *range
  decay: {<<: *range, max: 2.0}
"""
    space = load(folder, text).config.space
    assert space.decode([1.0, 1.0, 1.0]) == {"lr": 1.0, "dropout": 1.0, "decay": 2.0}


def test_the_diverged_rule_can_be_switched_off_or_tuned(folder: Path) -> None:
    off = load(folder, SMALLEST + "stop: [{rule: diverged, enabled: false}]\n").config
    strict = load(folder, SMALLEST + "stop: [{rule: diverged, factor: 3}]\n").config
    assert off.diverged_factor is None
    assert strict.diverged_factor == 3.0


def test_overrides_set_values_and_make_what_is_missing(folder: Path) -> None:
    config = load(
        folder,
        SMALLEST,
        "limits.trials=20",
        "parameters.lr.max=5e-1",
        "metric.goal=maximize",
        "env.A='1'",
        "stop=[{rule: diverged, factor: 5}]",
        "limits.trials=30",
    ).config
    assert config.limits.trials == 30
    assert config.space.decode([1.0]) == {"lr": 0.5}
    assert config.metric.goal is Goal.MAXIMIZE
    assert config.env == {"A": "1"}
    assert config.diverged_factor == 5.0


def test_overrides_reach_list_items_and_names_with_dots(folder: Path) -> None:
    text = SMALLEST.replace("lr: {", "model.lr: {") + "stop: [diverged]\n"
    config = load(folder, text, "parameters.model.lr.max=2.0", "stop.0={rule: diverged, factor: 2}")
    assert config.config.space.decode([1.0]) == {"model.lr": 2.0}
    assert config.config.diverged_factor == 2.0


def test_overrides_apply_within_a_top_level_sweep_key(folder: Path) -> None:
    indented = "sweep:\n" + "".join(f"  {line}\n" for line in SMALLEST.splitlines())
    assert load(folder, indented, "limits.trials=7").config.limits.trials == 7


def test_reading_a_stored_config_needs_no_yaml_library() -> None:
    code = "import sys, engine.config.schema; print('ruamel' in str(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert answer.stdout.strip() == "False"

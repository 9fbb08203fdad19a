"""Limits and the rules on a trial's own curve, as a config file gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config.load import load_config
from engine.config.plan import to_plan
from engine.config.schema import Config, StopRule
from engine.config.support import unsupported
from engine.core.plan import Limits
from engine.errors import ConfigError
from engine.judges import judges_of
from engine.stopping.wandb_hyperband import WandbHyperband

GOOD = """\
program: train.py
method: random
metric: {name: val_acc, goal: maximize}
parameters: {lr: {min: 1e-4, max: 1.0}}
"""


def config_of(folder: Path, *lines: str) -> Config:
    (folder / "train.py").write_text("print()\n")
    (folder / "sweep.yaml").write_text(GOOD + "\n".join(lines))
    return load_config(folder / "sweep.yaml").config


def fault_of(folder: Path, line: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config_of(folder, line)
    (fault,) = caught.value.faults
    return fault.removeprefix(f"{folder}/sweep.yaml:5: ")


def test_every_limit_comes_into_the_plan(tmp_path: Path) -> None:
    config = config_of(tmp_path, "limits: {slot_hours: 0.5, no_improvement: 20, hours: 8}")
    assert to_plan(config, slots=1).limits == Limits(slot_hours=0.5, no_improvement=20, hours=8.0)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("limits: {slot_hours: 0}", "limits.slot_hours: must be above 0, not 0"),
        ("limits: {no_improvement: 0}", "limits.no_improvement: must be at least 1, not 0"),
        ("limits: {slot_hour: 2}", "limits.slot_hour: unknown key; did you mean 'slot_hours'?"),
        ("stop: [{rule: threshold}]", "stop[0]: the rule threshold needs lower or upper"),
        ("stop: [{rule: target}]", "stop[0]: the rule target needs value"),
        (
            "stop: [{rule: threshold, lower: 2, upper: 1}]",
            "stop[0].lower: is above upper 1.0",
        ),
        (
            "stop: [{rule: threshold, upper: 1, metric: 7}]",
            "stop[0].metric: must be text, not 7",
        ),
        (
            "stop: [{rule: patience, epochs: 3, min_delta: -1}]",
            "stop[0].min_delta: must be at least 0, not -1",
        ),
        (
            "stop: [{rule: wilcoxon, p_threshold: 2}]",
            "stop[0].p_threshold: must be at most 1, not 2",
        ),
        (
            "stop: [{rule: hyperband, eta: 3}]",
            "stop[0]: hyperband needs min_iter, or max_iter and s",
        ),
        (
            "stop: [{rule: hyperband, max_iter: 27}]",
            "stop[0]: hyperband with max_iter needs s as well",
        ),
        (
            "stop: [{rule: hyperband, min_iter: 3, reduction: 4}]",
            "stop[0].reduction: is an option of tui-tuner's hyperband, min_iter one of W&B's; keep "
            "to one of them",
        ),
        (
            "early_terminate: {type: hyperband, max_iter: 2, s: 3}",
            "early_terminate.max_iter: gives no bracket with s 3 and eta 3",
        ),
    ],
)
def test_bad_values_get_one_clear_line(tmp_path: Path, line: str, fault: str) -> None:
    assert fault_of(tmp_path, line) == fault


def test_wandbs_early_terminate_loads_unchanged_and_becomes_its_rule(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        "early_terminate: {type: hyperband, s: 2, eta: 3, max_iter: 27, strict: true}",
        "stop: [{rule: diverged, enabled: false}]",
    )
    assert unsupported(config) == []
    (rule,) = judges_of(config)
    assert isinstance(rule, WandbHyperband)
    assert (rule.brackets, rule.strict) == ((3, 9), True)


def test_every_rule_can_be_asked_for_with_its_options(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        "stop:",
        "  - {rule: patience, epochs: 5, min_delta: 0.001, advisory: true}",
        "  - {rule: plateau, epochs: 8, tolerance: 0.02}",
        "  - {rule: target, value: 0.99}",
        "  - {rule: threshold, lower: 0.1, metric: val_acc, min_epochs: 3}",
        "  - {rule: wilcoxon, p_threshold: 0.05, n_startup_steps: 3}",
        "  - {rule: hyperband, min_iter: 3}",
    )
    assert unsupported(config) == []
    judges = judges_of(config)
    names = ["diverged", "patience", "plateau", "target", "threshold", "wilcoxon", "hyperband"]
    assert [judge.name for judge in judges] == names
    assert [judge.name for judge in judges if judge.advisory] == ["patience"]
    assert config.stop[0] == StopRule(
        rule="patience", advisory=True, options={"epochs": 5, "min_delta": 0.001}
    )

"""Stopping rules over real processes: what they end, what they only say, what they promote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.ownership import engine_pid
from tests.fakes.real_sweep import wait_until
from tests.fakes.shell import Shell

SCRIPT = """
import tui_tuner as tt

trial = tt.trial(end=0.5)
state = trial.load() or {"epochs": []}
for epoch in trial.epochs():
    state["epochs"].append(epoch)
    trial.save(state, epoch)
    trial.report(epoch, acc=trial.params.end * (1 - 0.5 ** min(epoch, 6)))
print(state["epochs"], flush=True)
"""
CONFIG = """\
name: ruled
program: train.py
metric: {name: acc, goal: maximize}
parameters: {end: {values: [0.9, 0.5, 0.3, 0.95]}}
method: grid
resources: {slots: 1}
preload: []
"""


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))
    shell = Shell(tmp_path, capsys, script=SCRIPT)
    yield shell
    shell.end()


def run(shell: Shell, more: str) -> list[dict[str, Any]]:
    """Run a sweep to its end; its trials, in the order of their numbers."""
    (shell.folder / "sweep.yaml").write_text(CONFIG + more)
    shell.say("run", "sweep.yaml", "--headless")
    (directory,) = (shell.folder / "sweeps").iterdir()
    wait_until(lambda: engine_pid(directory) is None, "the engine has left")
    trials: list[dict[str, Any]] = shell.json("trials")
    return sorted(trials, key=lambda trial: str(trial["id"]))


def states(trials: list[dict[str, Any]]) -> list[str]:
    return [trial["state"] for trial in trials]


def test_asha_stops_what_is_not_among_the_best(shell: Shell) -> None:
    trials = run(shell, "budget: {max: 8}\nstop: [{rule: asha, reduction: 2, min: 1}]\n")
    assert states(trials) == ["complete", "pruned", "pruned", "complete"]
    assert trials[1]["reason"].startswith("asha: acc 0.25 at epoch 1 is 2nd of 2")
    assert any(rule.startswith("asha: ") for rule in shell.json("status")["rules"])
    told = [d["sentence"] for d in shell.json("history") if d["who"] == "asha"]
    assert [sentence.split(":")[0] for sentence in told] == [
        "t0002 stopped by asha",
        "t0003 stopped by asha",
    ]


def test_patience_ends_what_no_longer_improves_and_the_sweep_ends_well(shell: Shell) -> None:
    trials = run(shell, "budget: {max: 60}\nstop: [{rule: patience, epochs: 3}]\n")
    assert states(trials) == ["pruned"] * 4
    assert all(trial["reason"].startswith("patience: ") for trial in trials)
    status = shell.json("status")
    assert (status["state"], status["best"]["trial"]) == ("finished", "t0004")


def test_an_advisory_rule_only_advises(shell: Shell) -> None:
    rule = "{rule: patience, epochs: 2, advisory: true}"
    trials = run(shell, f"budget: {{max: 9}}\nstop: [{rule}]\n")
    assert states(trials) == ["complete"] * 4
    shown = shell.json("show", "t0001")
    assert (shown["state"], shown["step"]) == ("complete", 9)
    assert shown["advice"].startswith("patience: ")


def test_a_wandb_file_stops_early_as_it_stands(shell: Shell) -> None:
    trials = run(shell, "early_terminate: {type: hyperband, min_iter: 2, eta: 2}\n")
    assert states(trials) == ["complete", "complete", "pruned", "complete"]
    assert trials[2]["reason"].startswith("hyperband: ")


def test_promoted_trials_go_on_from_their_checkpoints(shell: Shell) -> None:
    """By halves through 2, 4 and 8 epochs, one at a time: 0.9 goes half the way, 0.95 all of it."""
    rule = "{rule: asha, mode: promote, reduction: 2, min: 2}"
    trials = run(shell, f"budget: {{max: 8}}\nstop: [{rule}]\n")
    assert states(trials) == ["complete"] * 4
    assert [trial["budget"] for trial in trials] == [4, 2, 2, 8]
    assert [trial["attempts"] for trial in trials] == [2, 1, 1, 3]
    assert [trial["reports"] for trial in trials] == [trial["budget"] for trial in trials]
    assert "[1, 2, 3, 4, 5, 6, 7, 8]" in shell.say("logs", "t0004")
    promoted = [d["sentence"] for d in shell.json("history") if d["what"] == "promote"]
    assert promoted == [
        "t0001 promoted to 4 epochs: acc 0.675 at epoch 2 is 1st of 2; the best goes on",
        "t0004 promoted to 4 epochs: acc 0.7125 at epoch 2 is 1st of 4; the best 2 go on",
        "t0004 promoted to 8 epochs: acc 0.8906 at epoch 4 is 1st of 2; the best goes on",
    ]

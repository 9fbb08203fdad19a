"""Every act has a verb; each says what it would do, does it once, and is explained afterwards."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.real_sweep import wait_until
from tests.fakes.shell import Shell

CONFIG = """\
name: toy
program: train.py
metric: {name: val_acc, goal: maximize}
parameters:
  lr: {min: 1.0e-4, max: 1.0, scale: log}
  width: {values: [32, 64, 128]}
method: random
budget: {parameter: epochs, max: 100000}
limits: {trials: 200}
resources: {slots: 2}
start: spawn
grace: 2
"""
SCRIPT = """\
import os, time
import tui_tuner as tt
trial = tt.trial(lr=1e-3, width=64)
assert trial.params["width"] != 13, "13 brings bad luck"
trial.load()
for epoch in trial.epochs():
    time.sleep(float(os.environ.get("TOY_WAIT", "0.05")) if epoch > 1 else 0.05)
    trial.report(epoch, val_acc=trial.params["lr"])
    trial.save({}, epoch)
"""


class Sweep:
    """A sweep that runs on and on, steered by verbs."""

    def __init__(self, shell: Shell, *options: str) -> None:
        self.shell = shell
        begun = shell.run("run", "sweep.yaml", "--detach", *options)
        assert begun.returncode == 0, begun.stderr
        self.directory = Path(begun.stdout.strip())
        self.until(lambda: self.status()["trials"]["running"] == 2)
        self.until(lambda: all(self.trial(n)["step"] for n in (1, 2)))

    def status(self) -> dict[str, Any]:
        view: dict[str, Any] = self.shell.json("status")
        return view

    def history(self) -> list[dict[str, Any]]:
        decisions: list[dict[str, Any]] = self.shell.json("history")
        return decisions

    def trial(self, number: int) -> dict[str, Any]:
        return next(t for t in self.shell.json("trials") if t["id"] == f"t{number:04d}")

    def steer(self, *words: str) -> dict[str, Any]:
        """Try a verb on, then do it; check what the history says of it."""
        before = self.history()
        dry = self.shell.json(*words, "--dry-run")
        assert self.history() == before
        done: dict[str, Any] = self.shell.json(*words, "--why", "a test")
        assert dry["sentence"]
        assert (dry["decision"], done["decision"]) == (None, before[-1]["n"] + 1 if before else 1)
        told = next(d for d in self.history() if d["n"] == done["decision"])
        assert told["why"] == "a test"
        assert told["sentence"] == done["past"]
        assert "@" in told["who"]
        return done

    def until(self, happened: Any) -> None:
        wait_until(happened, "the sweep is so", 30)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUI_TUNER_STATE_DIR", str(tmp_path / "state"))
    shell = Shell(tmp_path, capsys, CONFIG, SCRIPT)
    yield shell
    shell.end()


def test_every_act_on_trials_has_a_verb(shell: Shell) -> None:
    sweep = Sweep(shell, "--set", "limits.trials=3")
    sweep.steer("slots", "6")

    assert sweep.steer("note", "1", "looks", "odd")["done"] == ["t0001"]
    assert sweep.trial(1)["note"] == "looks odd"

    paused = sweep.steer("pause", "t0001")
    assert [(g["id"], g["state"]) for g in paused["gone"]] == [("t0001", "paused")]
    assert sweep.trial(1)["state"] == "paused"
    assert sweep.steer("continue", "--where", "state=paused")["done"] == ["t0001"]
    sweep.until(lambda: sweep.trial(1)["state"] in ("running", "waiting"))

    sweep.steer("pause", "toy", "t0002", "--hold")
    assert (sweep.trial(2)["state"], sweep.trial(2)["held"]) == ("paused", True)
    sweep.steer("continue", "2")
    assert sweep.trial(2)["state"] == "running"

    pruned = sweep.steer("prune", "2")
    assert [(g["id"], g["state"]) for g in pruned["gone"]] == [("t0002", "pruned")]
    assert sweep.trial(2)["reason"].endswith(": a test")
    promoted = sweep.steer("promote", "2", "--budget", "200000")
    assert (sweep.trial(2)["budget"], promoted["details"].keys()) == (200000, {"t0002"})
    sweep.until(lambda: sweep.trial(2)["state"] == "running")
    sweep.steer("pause", "2", "--now")
    assert sweep.trial(2)["state"] == "paused"

    (clone,) = sweep.steer("clone", "1", "--set", "lr=1e-3", "--set", "width=128")["done"]
    row = next(t for t in shell.json("trials") if t["id"] == clone)
    assert (row["params"], row["parent"]) == ({"lr": 1e-3, "width": 128}, "t0001")
    sweep.steer("pause")
    (added,) = sweep.steer("add", "--set", "lr=0.5")["done"]
    assert next(t for t in shell.json("trials") if t["id"] == added)["params"]["lr"] == 0.5

    sweep.steer("undo")
    assert next(t for t in shell.json("trials") if t["id"] == added)["state"] == "pruned"
    *_, taken_back, undo = sweep.history()
    assert (undo["undoes"], taken_back["undone_by"]) == (taken_back["n"], undo["n"])
    assert f"(undone by {undo['n']})" in shell.say("history")
    shell.say("revive", "2", status=1)
    sweep.steer("revive", added)
    sweep.steer("continue")

    sweep.steer("choices", "width", "13")
    (unlucky,) = sweep.steer("add", "--set", "width=13")["done"]
    number = int(unlucky[1:])
    sweep.until(lambda: sweep.trial(number)["state"] == "failed")
    sweep.steer("retry", unlucky)
    sweep.until(lambda: sweep.trial(number)["attempts"] == 2)


def test_the_space_and_the_sweep_have_verbs_too(shell: Shell) -> None:
    sweep = Sweep(shell)

    sweep.steer("range", "lr", "1e-3", "-")
    assert re.search(r"lr .* 1e-3 to 1 +1e-4 to 1 ", shell.say("space"))
    sweep.steer("range", "toy", "lr", "--fix", "0.01")
    sweep.steer("range", "lr", "--free")
    sweep.steer("choices", "toy", "width", "32", "64")
    sweep.steer("choices", "width", "--fix", "32", "--prune-outside")
    assert all(t["params"]["width"] == 32 for t in shell.json("trials", "--where", "state=running"))
    (_, width) = shell.json("space")
    assert width["value"] == 32
    assert width["original"]["values"] == [32, 64, 128]
    sweep.steer("space", "--use", "1")
    assert len(shell.json("space", "--versions")) == sweep.status()["space_version"] == 7
    assert shell.json("space", "--version", "2")[0]["min"] == pytest.approx(1e-3)
    sweep.until(lambda: sum(t["best"] is not None for t in shell.json("trials")) > 1)
    sweep.steer("range", "--top", "2")
    sweep.steer("undo", "toy")

    sweep.steer("slots", "3")
    assert sweep.status()["slots"] == 3
    sweep.until(lambda: sweep.status()["trials"]["running"] == 3)
    sweep.steer("pause", "toy")
    assert sweep.status()["state"] == "paused"
    sweep.steer("continue")
    undo = sweep.status()["undo"]
    assert "continued the scheduling" in undo
    assert undo in shell.say("status")

    stopped = sweep.steer("stop", "--now")
    assert len(stopped["gone"]) == 3
    assert sweep.status()["state"] == "stopped"
    sweep.steer("resume")
    sweep.until(lambda: sweep.status()["trials"]["running"] == 3)


REFUSED = [
    ("range lr 1 1e-3", 1, "lr"),
    ("range lr -1 1", 1, "log scale"),
    ("range lr nan 1", 2, "'nan' is no number"),
    ("range lr .inf 1", 2, "finite"),
    ("range lr low 1", 2, "LOW: 'low' is no number"),
    ("range lr 1e-3", 2, "say LOW and HIGH"),
    ("range lr 1e-3 1 --top 3", 2, "say one of"),
    ("range lr 1e-3 1 --tpo 3", 2, "no such option: --tpo"),
    ("range lrr 1e-3 1", 1, "did you mean lr"),
    ("range width 1 2", 1, "width"),
    ("range lr --widen", 1, "nothing to widen"),
    ("range lr --top 1", 1, "2 trials at least"),
    ("choices width", 2, "say the values of width"),
    ("choices wdith 1 2", 1, "did you mean width"),
    ("choices width 32 32", 1, "width"),
    ("space --use 9", 1, "no version 9"),
    ("space --version 9", 3, "no version 9"),
    ("clone 1 --set lr", 2, "say K=V"),
    ("clone 1 --set lr=1 --set lr=2", 2, "set twice"),
    ("clone 1 --set lr=7", 1, "lr"),
    ("clone 99 --set lr=1e-2", 3, "no trial t0099"),
    ("add --set width=13", 1, "width"),
    ("add", 2, "say at least one value"),
    ("promote 3", 1, "waits"),
    ("promote 1 --budget 5", 1, "has a budget of 100000 already"),
    ("promote 1 --budget 0", 2, "--budget"),
    ("continue 1", 1, "is not paused"),
    ("revive 1", 1, "is running, not pruned"),
    ("retry 1", 1, "is running, not failed"),
    ("pause 3 --hold", 1, "nothing to hold"),
    ("pause --hold", 2, "say which trials"),
    ("pause 1 --hold --now", 2, "exclude each other"),
    ("pause 4", 1, "already pruned"),
    ("prune 4", 1, "already pruned"),
    ("prune", 2, "say which trials"),
    ("prune 1 98 99", 3, "no trial t0098, t0099"),
    ("prune 1 worst", 3, "no trial 'worst'"),
    ("prune nope 1", 3, "no sweep 'nope'"),
    ("prune --where lr>100", 1, "no trial fits"),
    ("prune --where lr>", 2, "lr>"),
    ("note 1", 2, "say which trials"),
    ("slots 0", 1, "at least 1"),
    ("slots many", 2, "no number"),
    ("slots 2", 1, "already"),
    ("undo 77", 1, "decision 77"),
    ("undo 1 2 3", 2, "one decision"),
    ("stage --advance --repeat", 2, "exclude each other"),
    ("stage --advance", 1, ""),
    ("continue", 1, "not paused"),
    ("resume", 1, "running already"),
]


def test_what_cannot_be_done_is_said_in_a_sentence_and_changes_nothing(shell: Shell) -> None:
    sweep = Sweep(shell)
    shell.say("prune", "4")
    before = sweep.history(), shell.json("space", "--versions")

    for words, status, sentence in REFUSED:
        told = shell.say(*words.split(), status=status)
        assert sentence in told, f"{words}: {told}"
        assert "Traceback" not in told
    refused = shell.run("range", "lr", "1", "1e-3", "--json")
    nothing = shell.run("prune", "1", "4", "--dry-run", "--json")

    assert (sweep.history(), shell.json("space", "--versions")) == before
    document = json.loads(refused.stdout)
    assert (refused.returncode, document["done"], document["decision"]) == (1, [], None)
    assert "lr" in document["refused"]
    assert "tui-tuner: " in refused.stderr
    assert [s["id"] for s in json.loads(nothing.stdout)["skipped"]] == ["t0004"]


def test_a_pause_waits_for_the_epoch_and_ctrl_c_ends_the_waiting_alone(shell: Shell) -> None:
    shell.env["TOY_WAIT"] = "600"
    Sweep(shell)
    waiting = subprocess.Popen(
        shell.command("pause", "t0001"),
        cwd=shell.folder,
        env=shell.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with waiting:
        assert waiting.stderr is not None
        line = waiting.stderr.readline()
        assert "t0001 still pausing" in line
        waiting.send_signal(signal.SIGINT)
        _, err = waiting.communicate(timeout=30)
    row = next(t for t in shell.json("trials") if t["id"] == "t0001")

    assert waiting.returncode == 130
    assert "still pausing: leaves at its next epoch" in err
    assert (row["state"], row["ending"]) == ("running", "paused")
    assert "running: pausing" in shell.say("trials")
    assert "already pausing" in shell.say("pause", "t0001", status=1)
    assert "t0001 paused, slot" in shell.say("pause", "t0001", "--now")


def test_a_finished_sweep_goes_on_for_what_is_asked_of_it(shell: Shell) -> None:
    few = ("--set", "limits.trials=2", "--set", "budget.max=2")
    done = shell.run("run", "sweep.yaml", "--headless", *few)
    assert done.returncode == 0, done.stderr
    wait_until(lambda: not shell.json("status")["engine"]["alive"], "the engine has left")

    for verb in ("promote 1", "add --set lr=1e-3", "note 1 fine", "undo", "range lr --top 2"):
        assert "tui-tuner resume toy-" in shell.say(*verb.split(), status=1)
    assert "start the engine of a finished sweep" in shell.say("resume", "--dry-run")
    assert "the engine is up for" in shell.say("resume")
    assert "the engine is up for" in shell.say("resume")
    told = shell.say("promote", "1", "--budget", "5")
    assert "t0001  continues from epoch 2, +3 epochs" in told
    shell.until(state="finished", complete=2)
    wait_until(lambda: shell.json("show", "1")["step"] == 5, "the trial has its new budget")
    shown = shell.json("show", "1")

    assert [step for step, _, _ in shown["series"]["val_acc"]] == [1, 2, 3, 4, 5]
    assert len(shown["attempts"]) == 2


STAGES = """\
stages:
  - {name: coarse, epochs: 1, trials: 4}
  - {name: fine, epochs: 3, promote: 2, repeats: 2}
"""


def test_stages_are_shown_extended_and_repeated(shell: Shell) -> None:
    config = CONFIG.replace("limits: {trials: 200}\n", STAGES).replace("100000", "3")
    (shell.folder / "sweep.yaml").write_text(config)
    done = shell.run("run", "sweep.yaml", "--headless")
    assert done.returncode == 0, done.stderr
    stages = [(s["name"], s["done"], s["total"]) for s in shell.json("stage")["stages"]]
    assert stages == [("coarse", 4, 4), ("fine", 2, 2)]
    assert re.search(r"fine +#{20} +2/2 x 2 +done, 3 epochs, 2 promoted", shell.say("stage"))
    assert "coarse 4/4 > fine 2/2 x 2" in shell.say("status")
    assert len(re.findall(r" \d\.\d{4} ± \.\d{4}", shell.say("trials"))) == 2

    wait_until(lambda: not shell.json("status")["engine"]["alive"], "the engine has left")
    shell.say("resume")
    assert "is the last stage" in shell.say("stage", "--advance", status=1)
    assert "t0" in shell.say("stage", "--repeat", "--dry-run")
    assert "continues from epoch 1, +2 epochs" in shell.say("stage", "--repeat")
    repeated = shell.json("history")[-1]
    assert "fine" in repeated["sentence"]
    shell.until(state="finished", waiting=0, running=0)
    wait_until(lambda: shell.json("stage")["stages"][1]["done"] == 4, "the round is done")

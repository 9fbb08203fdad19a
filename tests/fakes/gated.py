"""A sweep whose script trains an epoch only once the test lets it: no moment is left to chance."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from engine.executors import procfs
from tests.fakes.real_sweep import RealSweep, wait_until

SCRIPT = """
import os, time
import tui_tuner as tt

trial = tt.trial()
state = trial.load() or {"epochs": []}
for epoch in trial.epochs():
    while int(open(%(gate)r).read()) < epoch:
        time.sleep(0.002)
    state["epochs"].append(epoch)
    trial.save(state, epoch)
    trial.report(epoch, acc=epoch / 100)
"""
CONFIG = """
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
budget: {parameter: epochs, min: 1, max: %(budget)d}
limits: {trials: %(trials)d}
resources: {slots: 1}
preload: []
"""


class GatedSweep(RealSweep):
    """Its trials save and report each epoch, and train as far as `let` lets them."""

    def __init__(self, folder: Path, *, budget: int, trials: int = 1, let: int = 0) -> None:
        self._gate = folder / "gate"
        self.let(let)
        script = SCRIPT % {"gate": str(self._gate)}
        super().__init__(folder, script, CONFIG % {"budget": budget, "trials": trials})

    def let(self, epoch: int) -> None:
        """Let trials train up to this epoch."""
        partial = self._gate.with_suffix(".new")
        partial.write_text(str(epoch))
        partial.replace(self._gate)

    def end_unseen(self, number: int, *, leftover: str) -> None:
        """Kill the engine and let a trial end meanwhile, with a process of it left over."""
        wait_until(lambda: self._runner(number) is not None, f"trial {number} runs")
        runner = self.pid(number)
        self.kill_engine()
        self.let(1000)
        wait_until(lambda: not procfs.is_running(runner), "the trial has ended")
        path = self.attempt_dir(number) / "exit.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "leftover": [leftover]}))

    def until_reported(self, number: int, step: int) -> None:
        """Wait until a trial's report of this step is stored."""
        wait_until(
            lambda: self.trial(number) and step in self.reports(number), f"step {step} is stored"
        )

    def until_state(self, number: int, state: str) -> None:
        """Wait until a trial is in this state."""
        wait_until(lambda: self.state_of(number) == state, f"trial {number} is {state}")

    def state_of(self, number: int) -> str | None:
        """The stored state of a trial."""
        trial = self.trial(number)
        return trial.state if trial else None

    def asked(self, number: int, attempt: int = 1) -> dict[str, Any]:
        """What an attempt's control file asks; empty where there is none."""
        path = self.attempt_dir(number, attempt) / "control.json"
        if not os.path.exists(path):
            return {}
        asked: dict[str, Any] = json.loads(path.read_text())
        return asked

    def pid(self, number: int) -> int:
        """The runner of a trial's newest attempt."""
        pid = self._runner(number)
        assert pid is not None
        return pid

    def _runner(self, number: int) -> int | None:
        trial = self.trial(number)
        return trial.attempt_list[-1].pid if trial and trial.attempt_list else None

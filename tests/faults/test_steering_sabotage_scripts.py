"""Scripts that do not play along, steered: they go when told, and come back when asked to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import psutil
import pytest

from engine.core.acts import Continue, Pause, Prune, Revive, Undo
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import do

CONFIG = """
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
budget: {parameter: epochs, min: 1, max: 100000}
limits: {trials: 1}
resources: {slots: 1}
grace: 0.5
preload: []
"""

DEAF = """
import os, signal, time
import tui_tuner as tt
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(1, 2)
        while True:
            time.sleep(600)
trial = tt.trial()
epoch = 0
while True:
    epoch += 1
    trial.report(epoch, acc=0.5)
    time.sleep(0.02)
"""

CATCHES_ALL = """
import time
import tui_tuner as tt
trial = tt.trial()
epoch = 0
while True:
    epoch += 1
    try:
        print("\\x1b[2J\\x1b]0;gotcha\\x07\\x9b31m", flush=True)
        trial.report(epoch, acc=0.5)
        time.sleep(0.02)
    except BaseException:
        pass
"""

EXITS_0 = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
import tui_tuner as tt
trial = tt.trial()
epoch = 0
while True:
    epoch += 1
    trial.report(epoch, acc=0.5)
    time.sleep(0.02)
"""

VARIABLE = "TUI_TUNER_STATE_DIR"
SCRIPTS = {"deaf": DEAF, "catches all": CATCHES_ALL, "exits 0": EXITS_0}


class Steered(RealSweep):
    """A sweep of one trial, whose script reports for ever."""

    def __init__(self, folder: Path, script: str) -> None:
        super().__init__(folder, script, CONFIG)
        self.start()
        self.until_it_reports()

    def is_in(self, state: str) -> Callable[[], bool]:
        return lambda: (trial := self.trial(1)) is not None and trial.state == state

    def pause(self, how: Literal["now", "hold"]) -> None:
        do(self.directory, Pause(trials=(1,), how=how))
        wait_until(self.is_in("paused"), "the trial is paused")

    def prune(self) -> None:
        do(self.directory, Prune(trials=(1,)))
        wait_until(self.is_in("pruned"), "the trial is pruned")
        assert not processes()

    def until_it_reports(self) -> None:
        """Wait until the trial reports something new."""
        before = len(self.reports(1)) if self.trial(1) else 0
        wait_until(lambda: self.trial(1) and len(self.reports(1)) > before, "the trial reports")

    def replace_engine(self) -> None:
        self.kill_engine()
        self.start()


def processes() -> list[int]:
    """The runners and trials of this test's sweep, and all they forked, by its state folder."""
    found = []
    for process in psutil.process_iter(["environ", "name", "status", "cmdline"]):
        is_own = (process.info["environ"] or {}).get(VARIABLE) == os.environ[VARIABLE]
        serves = process.info["name"].startswith("tuner-zygote") or "engine" in (
            process.info["cmdline"] or ()
        )
        is_dead = process.info["status"] == psutil.STATUS_ZOMBIE
        if is_own and not serves and not is_dead and process.pid != os.getpid():
            found.append(process.pid)
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_that_resists_is_paused_held_pruned_and_brought_back(
    script: str, tmp_path: Path
) -> None:
    sweep = Steered(tmp_path, SCRIPTS[script])
    sweep.pause("now")
    assert not processes()
    do(sweep.directory, Undo())
    sweep.until_it_reports()

    sweep.pause("hold")
    sweep.replace_engine()
    assert processes()
    do(sweep.directory, Continue(trials=(1,)))
    sweep.until_it_reports()

    sweep.pause("hold")
    sweep.prune()
    do(sweep.directory, Revive(trials=(1,)))
    sweep.until_it_reports()

    do(sweep.directory, Pause(trials=(1,), how="now"))
    sweep.replace_engine()
    wait_until(sweep.is_in("paused"), "the trial is paused")
    assert not processes()
    do(sweep.directory, Continue(trials=(1,)))
    sweep.until_it_reports()
    sweep.prune()
    trial = sweep.trial(1)
    assert trial is not None
    outcomes = [attempt.outcome for attempt in trial.attempt_list]
    assert outcomes == ["paused", "pruned", "paused", "pruned"]

"""Whatever becomes of the process that models, the sweep goes on, and loses nothing."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from engine.core.events import Warned
from engine.ownership import engine_pid
from engine.store.reader import open_reader
from tests.fakes.real_sweep import RealSweep, wait_until

SCRIPT = """
import time
import tui_tuner as tt
trial = tt.trial()
while int(open(%(gate)r).read()) < int(trial.id[1:]):
    time.sleep(0.005)
trial.report(1, acc=1 - abs(trial.params["x"] - 0.3))
"""
CONFIG = """
metric: {name: acc, goal: maximize}
parameters: {x: {min: 0.0, max: 1.0}}
method: tpe
search: {startup_trials: 2}
limits: {trials: 12}
resources: {slots: 2}
preload: []
"""


class Gated(RealSweep):
    """A sweep whose trials end as far as a test lets them."""

    def __init__(self, folder: Path) -> None:
        self._gate = folder / "gate"
        self.let(0)
        super().__init__(folder, SCRIPT % {"gate": str(self._gate)}, CONFIG)

    def let(self, number: int) -> None:
        """Let the trials up to this number end."""
        partial = self._gate.with_suffix(".new")
        partial.write_text(str(number))
        partial.replace(self._gate)

    def worker(self) -> int | None:
        """The process that models, once it runs."""
        engine = engine_pid(self.directory)
        with suppress(psutil.Error):
            for child in psutil.Process(engine).children() if engine else []:
                if "engine.modelling" in child.cmdline():
                    return child.pid
        return None

    def started(self, number: int) -> bool:
        """Whether so many trials have begun."""
        return len([t for t in self.trials() if t.attempt_list]) >= number

    def warned(self) -> list[str]:
        """The warnings about the search, as logged; empty where one was taken back."""
        reader = open_reader(self.directory / "sweep.db")
        try:
            events = [logged.event for logged in reader.events(["warned"])]
        finally:
            reader.close()
        return [e.text for e in events if isinstance(e, Warned) and e.code == "search"]


def test_a_sweep_goes_on_while_its_worker_is_killed_again_and_again(tmp_path: Path) -> None:
    sweep = Gated(tmp_path)
    sweep.start()
    killed: set[int] = set()
    for ended in (2, 4, 6):
        wait_until(lambda n=ended: sweep.started(n), f"{ended} trials have begun")
        wait_until(lambda: sweep.worker() not in (None, *killed), "a fresh worker runs")
        worker = sweep.worker()
        assert worker is not None
        os.kill(worker, signal.SIGKILL)
        killed.add(worker)
        sweep.let(ended)
    sweep.let(12)
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    trials = sweep.trials()
    assert [trial.state for trial in trials] == ["complete"] * 12
    assert len({trial.params["x"] for trial in trials}) == 12
    warned = sweep.warned()
    assert all("killed by SIGKILL" in text for text in warned if text)


def test_what_became_of_the_worker_is_said_and_taken_back(tmp_path: Path) -> None:
    sweep = Gated(tmp_path)
    sweep.start()
    wait_until(sweep.worker, "the worker runs")
    worker = sweep.worker()
    assert worker is not None
    os.kill(worker, signal.SIGSTOP)
    sweep.let(6)
    wait_until(lambda: sweep.started(8), "the slots were not kept waiting")
    assert "while tpe thinks" in sweep.trials()[-1].origin
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: sweep.worker() not in (None, worker), "a fresh worker runs")
    wait_until(lambda: sweep.sweep().warnings == [], "the warning is taken back")
    sweep.let(12)
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    said = "tpe cannot propose (its process was killed by SIGKILL); halton stands in until it can"
    assert sweep.warned() == [said, ""]

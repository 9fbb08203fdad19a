"""A real sweep in a temporary folder: real engine, real processes, looked at through its store."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.core.model import trial_name
from engine.core.views import SweepView, TrialView
from engine.errors import TunerError
from engine.lifecycle import create_sweep, start_engine
from engine.ownership import engine_pid
from engine.store.reader import open_reader

PATIENCE_S = 60.0


def wait_until(happened: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
    """Wait for a condition; fail saying what did not happen."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain until {what}"
        time.sleep(0.01)


class RealSweep:
    """Makes a sweep of `script` under `config` (a YAML text without `program`) and runs it."""

    def __init__(self, folder: Path, script: str, config: str) -> None:
        self.folder = folder
        (folder / "train.py").write_text(script)
        (folder / "sweep.yaml").write_text(f"program: train.py\n{config}")
        self.directory = create_sweep(folder / "sweep.yaml", directory=folder / "sweep")

    def start(self) -> int:
        """Start an engine and wait until it answers."""
        return start_engine(self.directory)

    def start_until_it_dies(self) -> None:
        """Start an engine that has been told to kill itself, and wait until it has."""
        with suppress(TunerError):
            start_engine(self.directory)
        wait_until(lambda: engine_pid(self.directory) is None, "the engine has died")

    def kill_engine(self, number: int = signal.SIGKILL) -> None:
        """Kill the engine, and wait until it is gone."""
        pid = engine_pid(self.directory)
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        wait_until(lambda: engine_pid(self.directory) is None, "the engine is gone")

    def sweep(self) -> SweepView | None:
        """The sweep as stored."""
        reader = open_reader(self.directory / "sweep.db")
        try:
            return reader.sweep()
        finally:
            reader.close()

    def trials(self) -> list[TrialView]:
        """The trials as stored."""
        reader = open_reader(self.directory / "sweep.db")
        try:
            return reader.trials()
        finally:
            reader.close()

    def trial(self, number: int) -> TrialView | None:
        """One trial as stored, or None if there is none yet."""
        return next((t for t in self.trials() if t.id == trial_name(number)), None)

    def reports(self, number: int) -> list[int]:
        """The steps stored of one trial, in the order stored."""
        reader = open_reader(self.directory / "sweep.db")
        try:
            return [r.report.step for r in reader.reports(number)]
        finally:
            reader.close()

    @property
    def state(self) -> str | None:
        """The stored state's word."""
        sweep = self.sweep()
        return sweep.state if sweep else None

    def attempt_dir(self, number: int, attempt: int = 1) -> Path:
        """The folder of an attempt."""
        return self.directory / "trials" / f"{number:04d}" / "attempts" / str(attempt)

"""How fast reports get from the files of 64 attempts into the store, and what one report costs.

The engine's own parts (tailer, machine, publisher, writer, SQLite) run in this process with an
executor that starts nothing; a feeder process appends to the 64 files as fast as it can. A task
of the same event loop that only sleeps measures the loop's longest stall. The yardstick, in the
same run, is a bare `json.loads` and `executemany` of as many lines. Prints two lines.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from engine.core.machine import SweepMachine
from engine.core.model import (
    Goal,
    Process,
    Trial,
)
from engine.core.plan import Plan
from engine.core.projection import sweep_view
from engine.executors.base import AttemptSpec, Ended, Executor, Fenced, Settled
from engine.journal import Journal
from engine.publisher import Publisher
from engine.runtime import Runtime
from engine.search.base import Exhausted, Proposal
from engine.stopping.diverged import Diverged
from engine.store.sqlite import SqliteStore
from engine.store.writer import StoreWriter
from engine.tails import ThreadedTails

ATTEMPTS = 64
LINES = 5_000

FEEDER = """
import sys
folder, attempts, lines = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
files = [open(f"{folder}/{n:04d}/reports.jsonl", "ab", 0) for n in range(1, attempts + 1)]
for step in range(1, lines + 1):
    line = '{"step":%d,"at":%d.5,"metrics":{"val_acc":0.%06d,"val_loss":0.5,"lr":0.001}}' % (
        step, 1700000000 + step, step)
    for file in files:
        file.write(line.encode() + b"\\n")
"""

REPORTER = """
import statistics, time
import tui_tuner as tt
trial = tt.trial(lr=0.1)
took = []
for step in range(1, 20001):
    began = time.perf_counter_ns()
    trial.report(step, val_acc=step / 20001, val_loss=0.25)
    took.append(time.perf_counter_ns() - began)
print(statistics.median(took) / 1e3, statistics.quantiles(took, n=100)[98] / 1e3)
"""


class NoProcesses(Executor):
    """Starts nothing."""

    on_end: Callable[[Ended], None] = staticmethod(lambda ended: None)

    async def start(self) -> None:
        """Nothing to make ready."""

    async def launch(self, spec: AttemptSpec) -> Process:
        return Process(pid=1, start="spawn")

    def stop(self, trial: int, attempt: int) -> None:
        """Nothing runs."""

    def hold(self, trial: int, attempt: int) -> None:
        """Nothing runs."""

    def carry_on(self, trial: int, attempt: int) -> None:
        """Nothing runs."""

    async def await_gone(self, leftover: tuple[str, ...]) -> None:
        """Nothing ran."""

    async def settle(self, spec: AttemptSpec) -> Settled:
        return Fenced()

    async def close(self) -> None:
        """Nothing to let go of."""


class Numbered:
    """Proposals 0, 1, 2, ... without end, and their folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def propose(self, index: int, space: object, tried: object) -> tuple[Proposal | Exhausted, int]:
        return Proposal(params={"lr": 0.1}, origin=f"#{index}"), index + 1

    def spec(self, trial: Trial, attempt: int) -> AttemptSpec:
        home = self._folder / f"{trial.number:04d}"
        home.mkdir(exist_ok=True)
        return AttemptSpec(
            trial=trial.number,
            attempt=attempt,
            trial_dir=home,
            attempt_dir=home,
            argv=(),
            cwd=home,
            env={},
        )

    def attempt_dir(self, trial: int, attempt: int) -> Path:
        return self._folder / f"{trial:04d}"


class Stalls:
    """Measures by how much a sleeping task of the loop wakes up late."""

    longest_s = 0.0

    async def watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            self.longest_s = max(self.longest_s, time.perf_counter() - began - 0.005)


async def ingest(folder: Path) -> tuple[float, float]:
    """Seconds from the first line written to the last one stored; the loop's longest stall."""
    plan = Plan(name="b", metric="val_acc", goal=Goal.MAXIMIZE, slots=ATTEMPTS, prefetch=0)
    store = SqliteStore.create(folder / "sweep.db")
    machine = SweepMachine([Diverged()])
    journal = Journal(machine, lambda: sweep_view(machine.state, directory="", pid=1))
    publisher = Publisher(
        journal, StoreWriter(store, directory=folder, on_full=lambda full, text: None)
    )
    numbered = Numbered(folder)
    runtime = Runtime(
        publisher,
        executor=NoProcesses(),
        proposals=numbered,
        launcher=numbered,
        clock=time.time,
    )
    runtime.attempts.tails = tails = ThreadedTails(
        runtime.attempts.take_harvest,
        committed=publisher.committed,
        objective="val_acc",
        patterns=[],
    )
    await runtime.start(plan, 1, [])
    changed = asyncio.Event()
    publisher.watch(lambda commit: changed.set())
    while len(machine.state.running) < ATTEMPTS or publisher.seq < journal.seq:
        changed.clear()
        await changed.wait()
    stalls = Stalls()
    watching = asyncio.create_task(stalls.watch())
    began = time.perf_counter()
    command = [sys.executable, "-c", FEEDER, str(folder), str(ATTEMPTS), str(LINES)]
    feeder = await asyncio.create_subprocess_exec(*command)
    while sum(view.reports for view in publisher.rows.values()) < ATTEMPTS * LINES:
        changed.clear()
        await changed.wait()
    took = time.perf_counter() - began
    await feeder.wait()
    watching.cancel()
    stored = sum(1 for _ in store.reports())
    assert stored == ATTEMPTS * LINES, stored
    tails.close()
    await runtime.close()
    return took, stalls.longest_s


def yardstick(folder: Path) -> float:
    """Seconds of json.loads and one executemany a file, over the same lines."""
    began = time.perf_counter()
    db = sqlite3.connect(folder / "yardstick.db")
    db.execute("CREATE TABLE reports (trial, step, at, metrics)")
    for n in range(1, ATTEMPTS + 1):
        with (folder / f"{n:04d}" / "reports.jsonl").open("rb") as file:
            rows = [json.loads(line) for line in file]
        values = [(n, r["step"], r["at"], json.dumps(r["metrics"])) for r in rows]
        with db:
            db.executemany("INSERT INTO reports VALUES (?, ?, ?, ?)", values)
    db.close()
    return time.perf_counter() - began


def report_cost(folder: Path) -> tuple[float, float]:
    """Median and 99th percentile microseconds of `trial.report` in a bare process."""
    attempt = folder / "attempt"
    attempt.mkdir()
    (folder / "params.json").write_text("{}")
    env = {
        **os.environ,
        "TUI_TUNER_TRIAL": "t0001",
        "TUI_TUNER_ATTEMPT": "1",
        "TUI_TUNER_TRIAL_DIR": str(folder),
        "TUI_TUNER_ATTEMPT_DIR": str(attempt),
    }
    done = subprocess.run(
        [sys.executable, "-c", REPORTER], env=env, check=True, capture_output=True, text=True
    )
    median, tail = done.stdout.split()
    return float(median), float(tail)


def main() -> None:
    """Measure and print."""
    total = ATTEMPTS * LINES
    with tempfile.TemporaryDirectory() as name:
        took, stall = asyncio.run(ingest(Path(name)))
        bare = yardstick(Path(name))
    with tempfile.TemporaryDirectory() as name:
        median, tail = report_cost(Path(name))
    print(
        f"ingest: {total} reports of {ATTEMPTS} attempts stored at {total / took:,.0f} a second "
        f"(yardstick: json + executemany {total / bare:,.0f}); "
        f"longest stall of the event loop {stall * 1e3:.0f} ms"
    )
    print(f"report(): median {median:.1f} us, 99th percentile {tail:.1f} us")


if __name__ == "__main__":
    main()

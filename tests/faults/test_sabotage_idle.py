"""An engine with nothing to do does next to nothing, and leaves when nobody looks any more."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import status

SCRIPT = """
import time
import tui_tuner as tt
tt.trial().report(1, acc=0.5)
time.sleep({quiet})
"""

CONFIG = """
metric: {name: acc, goal: maximize}
parameters: {lr: {min: 0.0, max: 1.0}}
method: random
limits: {trials: 2}
resources: {slots: 2}
preload: []
"""

WATCHED_S = 2.0


def wake_ups(pid: int) -> int:
    """How often the threads of a process have begun to wait so far."""
    statuses = Path(f"/proc/{pid}/task").glob("*/status")
    lines = [line for path in statuses for line in path.read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt"))


def costs(pid: int) -> tuple[float, float]:
    """The share of a core and the wake-ups a second that a process takes over a while."""
    process = psutil.Process(pid)
    cpu, woken, began = sum(process.cpu_times()[:2]), wake_ups(pid), time.monotonic()
    wait_until(lambda: time.monotonic() - began > WATCHED_S, "it was watched for a while")
    passed = time.monotonic() - began
    return (sum(process.cpu_times()[:2]) - cpu) / passed, (wake_ups(pid) - woken) / passed


@pytest.mark.parametrize(("quiet", "most_wake_ups"), [(0, 6), (600, 20)])
def test_an_engine_that_waits_costs_next_to_nothing(
    quiet: int, most_wake_ups: int, tmp_path: Path
) -> None:
    sweep = RealSweep(tmp_path, SCRIPT.format(quiet=quiet), CONFIG)
    pid = sweep.start()
    wait_until(
        lambda: sum(bool(view.step) for view in sweep.trials()) == 2, "both trials have reported"
    )
    wait_until(lambda: quiet or sweep.state == "finished", "the engine has nothing to do")
    wait_until(lambda: costs(pid)[0] < 0.02, "the beginning is over")
    cpu, woken = costs(pid)
    assert cpu < 0.02
    assert woken < most_wake_ups


def test_an_engine_leaves_a_while_after_its_sweep_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_TUNER_LINGER_S", "1")
    sweep = RealSweep(tmp_path, SCRIPT.format(quiet=1.5), CONFIG)
    sweep.start()
    wait_until(lambda: status(sweep.directory).state == "finished", "the sweep has finished")
    ended_at = time.monotonic()
    assert engine_pid(sweep.directory)
    wait_until(lambda: engine_pid(sweep.directory) is None, "the engine has left")
    assert time.monotonic() - ended_at > 0.5

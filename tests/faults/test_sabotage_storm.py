"""Engine, zygotes and runners are killed at random, all at once: nothing is lost, nothing stays."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from engine.core.acts import Retry
from engine.errors import TunerError
from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import do

EPOCHS = 10
TRIALS = 24
STORM_S = 6.0

SCRIPT = """
import os, time
import tui_tuner as tt
trial = tt.trial()
with open({starts!r}, "a") as file:
    file.write(f"{{trial.id}} {{os.environ['TUI_TUNER_ATTEMPT']}}\\n")
trial.load()
for epoch in trial.epochs():
    trial.save({{"epoch": epoch}}, epoch)
    trial.report(epoch, acc=epoch / 10)
    time.sleep(0.05)
"""

CONFIG = f"""
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
budget: {{parameter: epochs, max: {EPOCHS}}}
limits: {{trials: {TRIALS}}}
resources: {{slots: 4}}
preload: []
"""


def family() -> list[psutil.Process]:
    """Every process that the sweep of this test has started, by the state folder it got."""
    own = os.environ["TUI_TUNER_STATE_DIR"]
    found = []
    for process in psutil.process_iter(["environ", "name", "status"]):
        environ = process.info["environ"] or {}
        alive = process.info["status"] != psutil.STATUS_ZOMBIE
        if alive and environ.get("TUI_TUNER_STATE_DIR") == own and process.pid != os.getpid():
            found.append(process)
    return found


def strike(chance: random.Random, sweep: RealSweep) -> None:
    """Kill a process of the sweep that is no trial."""
    engine = engine_pid(sweep.directory)
    targets = [p for p in family() if p.info["name"].startswith(("runner", "tuner-zygote"))]
    pids = [p.pid for p in targets] + ([engine] if engine else []) * 2
    if pids:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(pids), signal.SIGKILL)


def keep_going(sweep: RealSweep) -> bool:
    """Start the engine if it is gone, and let run again what was killed too often in a row to be
    tried once more; whether the sweep has finished."""
    ended = [(n, view.state, view.failure) for n, view in enumerate(sweep.trials(), 1)]
    given_up = tuple(n for n, *how in ended if how == ["failed", "lost"])
    if sweep.state == "finished" and not given_up:
        return True
    if sweep.state == "finished":
        with suppress(TunerError):
            sweep.start()
            do(sweep.directory, Retry(trials=given_up))
    elif engine_pid(sweep.directory) is None:
        with suppress(TunerError):
            sweep.start()
    return False


@pytest.mark.timeout(180)
@pytest.mark.parametrize("start", ["zygote", "spawn"])
def test_a_storm_of_kills_loses_nothing_and_leaves_nothing(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_TUNER_LINGER_S", "0.5")
    starts = tmp_path / "starts"
    sweep = RealSweep(tmp_path, SCRIPT.format(starts=str(starts)), f"{CONFIG}start: {start}\n")
    chance = random.Random(start)
    storm_ends_at = time.monotonic() + STORM_S
    while time.monotonic() < storm_ends_at and not keep_going(sweep):
        time.sleep(chance.uniform(0.05, 0.4))
        strike(chance, sweep)
    wait_until(lambda: keep_going(sweep), "the sweep has finished")
    views = sweep.trials()
    assert [(view.state, view.reason) for view in views] == [("complete", None)] * TRIALS
    for number in range(1, TRIALS + 1):
        assert set(sweep.reports(number)) == set(range(1, EPOCHS + 1))
    begun = starts.read_text().split()
    begun = [f"{name} {n}" for name, n in zip(begun[::2], begun[1::2], strict=True)]
    assert len(begun) == len(set(begun))
    assert set(begun) <= {f"{view.id} {a.n}" for view in views for a in view.attempt_list}
    wait_until(lambda: not family(), "the engine and all others have left")

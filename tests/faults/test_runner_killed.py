"""A killed runner takes its whole tree with it, and its trial goes on from its checkpoint."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.fakes.real_sweep import RealSweep, wait_until

SCRIPT = """
import os, sys, time
import tui_tuner as tt
trial = tt.trial()
trial.load()
if os.environ["TUI_TUNER_ATTEMPT"] == "1":
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with open({grandchild!r}, "w") as file:
                file.write(str(os.getpid()))
            os.dup2(os.open(os.devnull, os.O_RDWR), 1)
            os.dup2(1, 2)
            time.sleep(600)
        os._exit(0)
    os.wait()
for epoch in trial.epochs():
    trial.save({{"epoch": epoch}}, epoch)
    trial.report(epoch, acc=epoch / 10)
    while epoch == 4 and os.environ["TUI_TUNER_ATTEMPT"] == "1":
        time.sleep(0.01)
"""

CONFIG = """
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
budget: {{parameter: epochs, max: 10}}
limits: {{trials: 1}}
resources: {{slots: 1}}
start: {start}
preload: []
"""


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("start", ["zygote", "spawn"])
@pytest.mark.parametrize("engine_dies_too", [False, True])
def test_a_killed_runner_leaves_no_process_and_its_trial_goes_on(
    start: str, engine_dies_too: bool, tmp_path: Path
) -> None:
    grandchild = tmp_path / "grandchild"
    script = SCRIPT.format(grandchild=str(grandchild))
    sweep = RealSweep(tmp_path, script, CONFIG.format(start=start))
    sweep.start()
    wait_until(lambda: sweep.trials() and sweep.reports(1) == [1, 2, 3, 4], "epoch 4 is stored")
    attempt = sweep.trials()[0].attempt_list[0]
    assert attempt.pid
    family = [p.pid for p in psutil.Process(attempt.pid).children(recursive=True)]
    family.append(int(grandchild.read_text()))
    if engine_dies_too:
        sweep.kill_engine()
    os.kill(attempt.pid, signal.SIGKILL)
    killed_at = time.monotonic()
    if engine_dies_too:
        sweep.start()
    wait_until(lambda: all(gone(pid) for pid in family), "the whole tree is gone")
    assert time.monotonic() - killed_at < 2.0
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    trial = sweep.trials()[0]
    assert [a.outcome for a in trial.attempt_list] == ["lost", "complete"]
    assert sweep.reports(1) == list(range(1, 11))

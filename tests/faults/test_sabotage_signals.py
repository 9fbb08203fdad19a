"""Processes that are stopped, deaf or fertile: looking still works, and ending them ends them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.core.acts import Prune, Stop
from engine.ownership import engine_pid
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.steering import do, status

CONFIG = """
metric: {metric}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
limits: {{trials: {trials}}}
resources: {{slots: {trials}}}
start: {start}
preload: []
grace: 1
"""

DEAF = """
import os, signal, time
import tui_tuner as tt
signal.signal(signal.SIGTERM, signal.SIG_IGN)
trial = tt.trial()
{deed}
trial.report(1, acc=0.5)
while True:
    time.sleep(1)
"""

FIFTY_CHILDREN = """
for _ in range(50):
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(1, 2)
        time.sleep(600)
"""

OWN_SESSION = """
if os.fork():
    time.sleep(600)
os.setsid()
if os.fork() == 0:
    os.execvp("sleep", ["sleep", "600"])
"""


def sweep_of(folder: Path, *, deed: str = "", trials: int = 1, start: str = "zygote") -> RealSweep:
    metric = "{name: acc, goal: maximize}"
    config = CONFIG.format(metric=metric, trials=trials, start=start)
    sweep = RealSweep(folder, DEAF.format(deed=deed), config)
    sweep.start()
    wait_until(
        lambda: sum(bool(view.step) for view in sweep.trials()) == trials, "all trials report"
    )
    return sweep


def tree_of(sweep: RealSweep, number: int = 1) -> list[int]:
    """The pids of a trial's runner and of all below it."""
    runner = psutil.Process(sweep.trials()[number - 1].attempt_list[-1].pid or 0)
    return [runner.pid, *(child.pid for child in runner.children(recursive=True))]


def gone(pids: list[int]) -> bool:
    return not any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        for pid in pids
    )


@pytest.fixture
def stopped() -> Iterator[list[int]]:
    """Pids to continue at the end, so that they can be ended."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("start", ["zygote", "spawn"])
@pytest.mark.parametrize("deed", ["", FIFTY_CHILDREN, OWN_SESSION])
def test_a_deaf_trial_and_all_its_children_are_pruned(
    deed: str, start: str, tmp_path: Path
) -> None:
    sweep = sweep_of(tmp_path, deed=deed, start=start)
    tree = tree_of(sweep)
    do(sweep.directory, Prune(trials=(1,)))
    asked_at = time.monotonic()
    wait_until(lambda: sweep.trials()[0].state == "pruned", "the trial is pruned")
    assert gone(tree)
    assert time.monotonic() - asked_at < 4.0


def test_stopping_now_ends_four_deaf_trials_at_once(tmp_path: Path) -> None:
    sweep = sweep_of(tmp_path, trials=4)
    trees = [pid for number in range(1, 5) for pid in tree_of(sweep, number)]
    do(sweep.directory, Stop(now=True))
    asked_at = time.monotonic()
    wait_until(lambda: sweep.state == "stopped", "the sweep has stopped")
    assert gone(trees)
    assert time.monotonic() - asked_at < 4.0


def test_a_stopped_runner_and_its_stopped_trial_are_pruned(
    tmp_path: Path, stopped: list[int]
) -> None:
    sweep = sweep_of(tmp_path)
    tree = tree_of(sweep)
    stopped += tree
    for pid in tree:
        os.kill(pid, signal.SIGSTOP)
    do(sweep.directory, Prune(trials=(1,)))
    wait_until(lambda: sweep.trials()[0].state == "pruned", "the trial is pruned")
    assert gone(tree)


def test_an_engine_that_does_not_answer_keeps_nobody_from_looking(
    tmp_path: Path, stopped: list[int]
) -> None:
    sweep = sweep_of(tmp_path)
    pid = engine_pid(sweep.directory)
    assert pid
    os.kill(pid, signal.SIGSTOP)
    stopped.append(pid)
    began = time.monotonic()
    view = status(sweep.directory)
    assert time.monotonic() - began < 3.0
    assert (view.state, view.engine.pid, view.trials["running"]) == ("running", pid, 1)
    assert any("does not answer" in warning for warning in view.warnings)

"""What real processes use is measured: over their whole tree, and kept when they are gone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.devices import processes
from engine.devices.cpu import CpuMonitor
from tests.fakes.real_sweep import RealSweep, wait_until
from tests.fakes.workshop import Workshop

MB = 2**20
BUSY_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "held = b'x' * 30 * 2**20\\nwhile True: pass"])
sys.stdin.read()
child.kill()
child.wait()
"""


@pytest.fixture
def runner() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing, with a child that computes and holds 30 MB."""
    process = subprocess.Popen([sys.executable, "-c", BUSY_CHILD], stdin=subprocess.PIPE)
    yield process
    process.communicate()


def test_a_busy_child_counts_and_the_runner_s_own_memory_does_not(
    runner: subprocess.Popen[bytes],
) -> None:
    monitor = CpuMonitor()
    key, pid = (1, 1), runner.pid

    def memory() -> int:
        return processes.trees(processes.look(), [pid])[pid].memory

    wait_until(lambda: memory() > 30 * MB, "the child holds its memory")
    started_s = processes.look()[pid].started_s
    first = monitor.readings({key: pid, (2, 1): 0}, slots=1, now=started_s + 0.1)
    assert set(first) == {key}
    assert first[key].util is None
    used = processes.trees(processes.look(), [pid])[pid].cpu_s
    wait_until(
        lambda: processes.trees(processes.look(), [pid])[pid].cpu_s > used + 0.1, "it computes"
    )
    second = monitor.readings({key: pid}, slots=1, now=started_s + 1.1)[key]
    assert second.util is not None
    assert second.util > 0
    assert second.memory is not None
    assert 30 * MB < second.memory < 200 * MB


def test_the_load_is_since_the_last_sample_whichever_thread_took_that(
    runner: subprocess.Popen[bytes],
) -> None:
    monitor = CpuMonitor()
    wait_until(lambda: processes.look()[runner.pid].parent, "it is there")
    used = [0.0]

    def busy() -> bool:
        with ThreadPoolExecutor(1) as thread:
            used.append(thread.submit(monitor.sample).result()[0].util or 0.0)
        return used[-1] > 0

    wait_until(busy, "the cores are seen to work, by a new thread each time")
    assert max(used) <= 100


def test_a_first_look_goes_back_to_the_start(runner: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: processes.look()[runner.pid].cpu_s > 0, "it has worked at all")
    now = processes.look()[runner.pid].started_s + 1.0
    assert CpuMonitor().readings({(1, 1): runner.pid}, slots=1, now=now)[1, 1].util


def test_a_look_at_64_trials_costs_one_pass_over_the_processes() -> None:
    monitor = CpuMonitor()
    runners = {(n, 1): 1 for n in range(64)}
    assert len(monitor.readings(runners, slots=64, now=time.monotonic())) == 64


async def test_a_runner_writes_down_the_peak_of_the_largest_process(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        shop.script("held = b'x' * 40 * 2**20\n")
        ended = await shop.run(shop.spec())
        assert ended.peak_memory is not None
        assert 40 * MB < ended.peak_memory < 400 * MB


def test_a_trial_keeps_its_peak_when_it_has_ended(tmp_path: Path) -> None:
    config = "metric: {name: acc, goal: maximize}\nparameters: {lr: {min: 0.0, max: 1.0}}\n"
    script = "held = b'x' * 40 * 2**20\nimport tui_tuner as tt\ntt.trial(lr=0.5).report(1, acc=1)\n"
    limits = "method: random\nlimits: {trials: 1}\nstart: spawn\n"
    sweep = RealSweep(tmp_path, script, config + limits)
    sweep.start()
    wait_until(lambda: sweep.state == "finished", "the sweep has finished")
    row = sweep.trial(1)
    assert row is not None
    assert row.util is None
    assert row.peak_memory is not None
    assert row.peak_memory > 40 * MB
    sweep.kill_engine()

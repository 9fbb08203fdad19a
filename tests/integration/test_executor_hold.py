"""A held trial stands still with its whole tree, goes on where it was, and can be ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest

from engine.core.model import Exited, Process, Signalled
from engine.executors import procfs, trees
from engine.executors.base import Adopted, AttemptSpec
from tests.fakes.workshop import Workshop, all_gone, until

COUNTS = """
    import time
    print("up")
    n = 0
    while True:
        n += 1
        print(n)
        time.sleep(0.005)
"""
TREE = """
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 1000)
            os.environ.clear()
            if os.fork() == 0: os.setsid()
            open(str(os.getpid()) + ".pid", "w").close()
            time.sleep(1000)
        open(str(os.getpid()) + ".pid", "w").close()
        os._exit(0)
    os.wait()
    while len([name for name in os.listdir() if name.endswith(".pid")]) < 3: time.sleep(0.005)
    print("up")
    time.sleep(1000)
"""
FORKS_WITHOUT_END = """
    import os, time
    print("up")
    while True:
        if os.fork() == 0:
            if os.fork() == 0:
                os.setsid()
                time.sleep(0.3)
            os._exit(0)
        os.wait()
"""
DATA_LOADER = """
    import os, time
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Slow(Dataset):
        def __len__(self): return 100000
        def __getitem__(self, i):
            time.sleep(0.001)
            return torch.zeros(4)

    if __name__ == "__main__":
        for seen, batch in enumerate(DataLoader(Slow(), batch_size=4, num_workers=2)):
            print("batch" if seen else "up")
"""
OBEYS_ONCE_ITS_HELPER_HAS_GONE = """
    import os, signal, subprocess, sys, time
    helper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1, start_new_session=True)
    def leave(*_):
        helper.communicate(b"go\\n")
        raise SystemExit(7)
    signal.signal(signal.SIGTERM, leave)
    print("up")
    while True: time.sleep(1000)
"""


@pytest.fixture(params=["spawn", "zygote"])
def start(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def state(pid: int) -> bytes:
    """The letter by which the kernel says how a process is; empty where there is none."""
    fields = procfs.stat(pid)
    return fields[0] if fields else b""


def stands_still(runner: int) -> bool:
    """Whether there is a tree below the runner, and all of it is stopped."""
    below = procfs.descendants(runner)
    return bool(below) and all(state(pid) == b"T" for pid in below)


def goes_on(runner: int) -> bool:
    """Whether nothing below the runner is stopped."""
    return not any(state(pid) == b"T" for pid in procfs.descendants(runner))


async def held(shop: Workshop, spec: AttemptSpec) -> Process:
    """Launch an attempt, wait until it is up, and hold it."""
    process = await shop.launch(spec)
    await shop.says(spec, "up")
    shop.executor.hold(spec.trial, spec.attempt)
    await until(lambda: stands_still(process.pid))
    return process


async def test_a_held_trial_goes_on_where_it_was(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(COUNTS)
        spec = shop.spec()
        await held(shop, spec)
        counted = shop.output(spec).split()
        shop.executor.carry_on(1, 1)
        await shop.says(spec, f"\n{int(counted[-1]) + 5}\n")
        assert shop.output(spec).split()[: len(counted)] == counted


async def test_all_of_its_tree_is_held_and_nothing_else(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(TREE)
        process = await held(shop, shop.spec())
        daemons = [int(name[:-4]) for name in os.listdir(tmp_path) if name.endswith(".pid")]
        assert len(procfs.descendants(process.pid)) == 3
        assert sum(state(pid) == b"T" for pid in daemons) == 2
        fields = procfs.stat(process.pid)
        assert fields is not None
        assert fields[0] != b"T"
        assert state(int(fields[1])) != b"T"
        shop.executor.carry_on(1, 1)
        await until(lambda: goes_on(process.pid))


async def test_a_tree_that_forks_on_and_on_is_caught_up_with(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        shop.script(FORKS_WITHOUT_END)
        process = await held(shop, shop.spec())
        caught = procfs.tree(process.pid)
        assert stands_still(process.pid)
        assert procfs.tree(process.pid) == caught
        shop.executor.carry_on(1, 1)
        await until(lambda: procfs.tree(process.pid).keys() - caught.keys())


async def test_the_workers_of_a_data_loader_are_held_too(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "spawn") as shop:
        shop.script(DATA_LOADER)
        spec = shop.spec()
        process = await held(shop, spec)
        assert len(procfs.descendants(process.pid)) >= 3
        batches = shop.output(spec).count("batch")
        shop.executor.carry_on(1, 1)
        await until(lambda: shop.output(spec).count("batch") > batches + 3)


async def test_a_held_trial_can_be_ended_at_once(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(COUNTS)
        spec = shop.spec()
        await held(shop, spec)
        shop.executor.stop(1, 1)
        ended = await shop.end(spec)
        assert isinstance(ended.exit, Signalled)
        assert ended.exit.signal == signal.SIGTERM


async def test_what_a_held_trial_needs_to_obey_goes_on_as_well(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(OBEYS_ONCE_ITS_HELPER_HAS_GONE)
        spec = shop.spec()
        await held(shop, spec)
        shop.executor.stop(1, 1)
        assert (await shop.end(spec)).exit == Exited(code=7, tail="up")


async def test_a_stop_right_after_a_hold_ends_the_trial(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        shop.script(OBEYS_ONCE_ITS_HELPER_HAS_GONE)
        spec = shop.spec()
        await shop.launch(spec)
        await shop.says(spec, "up")
        shop.executor.hold(1, 1)
        shop.executor.stop(1, 1)
        assert (await shop.end(spec)).exit == Exited(code=7, tail="up")


async def test_of_hold_and_carry_on_the_last_one_counts(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        shop.script(COUNTS)
        spec = shop.spec()
        process = await shop.launch(spec)
        await shop.says(spec, "up")
        for _ in range(20):
            shop.executor.hold(1, 1)
            shop.executor.carry_on(1, 1)
        shop.executor.hold(1, 1)
        await until(lambda: stands_still(process.pid))
        shop.executor.carry_on(1, 1)
        shop.executor.hold(1, 1)
        shop.executor.carry_on(1, 1)
        await until(lambda: goes_on(process.pid))


async def test_a_held_trial_is_still_held_after_a_restart(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(TREE)
        spec = shop.spec()
        process = await held(shop, spec)
        await shop.reopen()
        assert await shop.executor.settle(spec) == Adopted(process=process)
        assert stands_still(process.pid)
        shop.executor.carry_on(1, 1)
        await until(lambda: goes_on(process.pid))
        tree = procfs.descendants(process.pid)
        shop.executor.stop(1, 1)
        assert (await shop.end(spec)).leftover == ()
        assert all_gone(tree)


async def test_holding_what_does_not_run_does_nothing(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        shop.executor.hold(9, 1)
        shop.executor.carry_on(9, 1)


def test_a_pid_that_now_is_another_process_is_never_signalled() -> None:
    with subprocess.Popen(["sleep", "1000"]) as other:
        started = procfs.start_time(other.pid)
        assert started is not None
        trees.signal_process(other.pid, started - 1, signal.SIGKILL)
        trees.hold_tree(os.getpid(), 1)
        assert other.poll() is None
        assert state(other.pid) != b"T"
        trees.signal_process(other.pid, started, signal.SIGKILL)
        assert other.wait() == -signal.SIGKILL


async def test_what_would_not_die_is_waited_for(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        left = await asyncio.create_subprocess_exec("sleep", "1000")
        waiting = asyncio.create_task(shop.executor.await_gone((procfs.describe(left.pid),)))
        await asyncio.sleep(0)
        assert not waiting.done()
        left.kill()
        await waiting
        await left.wait()


def test_what_would_not_die_is_known_by_its_start_where_that_was_written_down() -> None:
    own = os.getpid()
    named = procfs.describe(own)
    assert named.endswith(f" ({own}@{procfs.start_time(own)})")
    assert procfs.is_there(named)
    assert procfs.is_there(f"python ({own})")
    assert not procfs.is_there(f"python ({own}@1)")
    assert not procfs.is_there("python")

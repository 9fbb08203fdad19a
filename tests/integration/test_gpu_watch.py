"""The engine knows the GPUs' newest look, and never waits for a driver."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from engine.devices.gpu_watch import MOST_LEFT, GpuWatch
from engine.devices.sample import Look
from tests.fakes.nvml.box import Box
from tests.fakes.nvml.looker import COMMAND

PATIENCE_S = 20.0
ENGINE = """
import subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
print(process.pid, flush=True)
process.wait()
"""
UNKILLABLE = """
import os, time
print('{"at": %d}' % os.getpid(), flush=True)
time.sleep(600)
"""


class Unkillable(GpuWatch):
    """Its processes hang in the driver as if no signal reached them."""

    def __init__(self, **values: object) -> None:
        super().__init__(**values)  # type: ignore[arg-type]
        self.spared: list[int] = []

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        self.spared.append(process.pid)


@asynccontextmanager
async def watching(box: Box | None = None, **values: object) -> AsyncIterator[GpuWatch]:
    """A watch that looks a hundred times a second, and takes half a second for a hang."""
    usual = {"command": COMMAND, "env": box.env if box else {}, "silence_s": 0.5, "opening_s": 5.0}
    watch = GpuWatch(**{**usual, **values})  # type: ignore[arg-type]
    await watch.start()
    try:
        yield watch
    finally:
        await watch.close()


async def until(watch: GpuWatch, seen: Callable[[Look], object]) -> Look:
    """The first look that shows something."""
    async with asyncio.timeout(PATIENCE_S):
        while not (watch.latest is not None and seen(watch.latest)):
            await watch.next(PATIENCE_S)
    return watch.latest


async def eventually(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - processes tell nobody
            await asyncio.sleep(0.005)


def since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


async def test_the_newest_look_and_its_age_are_known(tmp_path: Path) -> None:
    box = Box(tmp_path, 2)
    async with watching(box) as watch:
        assert watch.age(since_boot()) == float("inf")
        look = await watch.first(PATIENCE_S)
        assert look is not None
        assert len(look.gpus) == 2
        assert 0 <= watch.age(since_boot()) < PATIENCE_S
        box.set(1, util=63)
        assert (await until(watch, lambda look: look.gpus[1].util)).gpus[1].util == 63.0


async def test_a_driver_that_hangs_makes_looks_old_and_is_asked_anew(tmp_path: Path) -> None:
    box = Box(tmp_path, 2)
    async with watching(box) as watch:
        await watch.first(PATIENCE_S)
        first = watch.pid
        box.hang("nvmlDeviceGetUtilizationRates")
        await eventually(lambda: watch.deaths)
        old = watch.latest
        assert watch.age(since_boot()) > 0.4
        box.unhang()
        await until(watch, lambda look: look is not old)
        assert watch.pid != first
        assert watch.left_behind == 0


async def test_a_driver_that_hangs_while_it_is_opened_costs_the_caller_nothing(
    tmp_path: Path,
) -> None:
    box = Box(tmp_path, 2)
    box.hang("nvmlInitWithFlags")
    async with watching(box) as watch:
        assert await watch.first(0.05) is None
        box.unhang()
        assert await watch.first(PATIENCE_S) is not None


async def test_a_process_that_is_killed_is_started_again(tmp_path: Path) -> None:
    async with watching(Box(tmp_path, 1)) as watch:
        await watch.first(PATIENCE_S)
        assert watch.pid is not None
        os.kill(watch.pid, signal.SIGKILL)
        killed_at = since_boot()
        await until(watch, lambda look: look.at > killed_at)
        assert watch.deaths == 1


async def test_one_that_is_stopped_is_taken_for_hung(tmp_path: Path) -> None:
    async with watching(Box(tmp_path, 1)) as watch:
        await watch.first(PATIENCE_S)
        assert watch.pid is not None
        os.kill(watch.pid, signal.SIGSTOP)
        stopped_at = since_boot()
        await until(watch, lambda look: look.at > stopped_at + 0.5)


async def test_garbage_is_counted_and_looks_between_are_taken() -> None:
    script = "print('oh', flush=True); print('{\"at\": 2.5}', flush=True); input()"
    async with watching(command=(sys.executable, "-c", script)) as watch:
        assert await watch.first(PATIENCE_S) == Look(at=2.5)
        assert watch.garbage == 1


async def test_a_program_that_is_not_there_leaves_the_watch_without_looks() -> None:
    async with watching(command=("/nonexistent",), opening_s=0.1) as watch:
        assert await watch.first(0.05) is None
        assert watch.deaths == 0


async def test_what_cannot_be_killed_is_left_behind_and_only_so_many() -> None:
    watch = Unkillable(command=(sys.executable, "-c", UNKILLABLE), silence_s=0.02, opening_s=0.5)
    await watch.start()
    try:
        await eventually(lambda: watch.left_behind == MOST_LEFT)
        os.kill(watch.spared[0], signal.SIGKILL)
        await until(watch, lambda look: look.at not in watch.spared[:MOST_LEFT])
        await eventually(lambda: watch.left_behind == MOST_LEFT)
        assert len(watch.spared) == MOST_LEFT + 1
    finally:
        await watch.close()
        for pid in watch.spared[1:]:
            os.kill(pid, signal.SIGKILL)
        await eventually(lambda: watch.left_behind == 0)


async def test_nothing_is_left_when_it_is_closed(tmp_path: Path) -> None:
    async with watching(Box(tmp_path, 1)) as watch:
        await watch.first(PATIENCE_S)
        pid = watch.pid
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert watch.pid is None


async def test_it_dies_with_the_engine_though_the_driver_hangs(tmp_path: Path) -> None:
    box = Box(tmp_path, 1)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ENGINE, *COMMAND),
        env={**os.environ, **box.env},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    watcher = psutil.Process(int(await process.stdout.readline()))
    await process.stdout.readline()
    box.hang()
    process.kill()
    await process.wait()
    await asyncio.to_thread(watcher.wait, PATIENCE_S)

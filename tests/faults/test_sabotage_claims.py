"""Attempts that cannot start at once, for want of space or of a zygote, wait and are not lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.core.model import Exited, Lost
from engine.executors import aftermath, nursery, procfs
from tests.fakes.disks import fill, small_disk
from tests.fakes.workshop import Workshop, until


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", megabytes=2) as disk:
        yield disk


def has_tried(attempt_dir: Path) -> bool:
    """Whether the runner has got as far as the claim, which it cannot write."""
    lock = attempt_dir / "lock"
    return lock.exists() and aftermath.is_held(str(attempt_dir))


@pytest.mark.parametrize("start", ["zygote", "spawn"])
async def test_a_runner_waits_for_space_to_claim_its_attempt(start: str, disk: Path) -> None:
    async with Workshop(disk, start) as workshop:
        workshop.script("print('trained')")
        spec = workshop.spec(preload=())
        spec.attempt_dir.mkdir(parents=True)
        ballast = fill(disk)
        process = await workshop.launch(spec)
        await until(lambda: has_tried(spec.attempt_dir))
        assert procfs.is_running(process.pid)
        ballast.unlink()
        assert (await workshop.end(spec)).exit == Exited(code=0, tail="trained")


@pytest.mark.parametrize("start", ["zygote", "spawn"])
async def test_an_attempt_that_waits_for_space_can_be_stopped(start: str, disk: Path) -> None:
    async with Workshop(disk, start) as workshop:
        workshop.script("print('trained')")
        spec = workshop.spec(preload=())
        spec.attempt_dir.mkdir(parents=True)
        fill(disk)
        await workshop.launch(spec)
        await until(lambda: has_tried(spec.attempt_dir))
        workshop.executor.stop(spec.trial, spec.attempt)
        await workshop.end(spec)
        assert workshop.output(spec) == ""
        assert workshop.survivors(spec) == []


async def test_a_zygote_that_is_stopped_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nursery, "_ANSWER_S", 0.3)
    async with Workshop(tmp_path, "zygote") as workshop:
        workshop.script("import os; print(os.getppid())")
        first = workshop.spec(preload=())
        runner = await workshop.launch(first)
        parent = psutil.Process(runner.pid).ppid()
        await workshop.end(first)
        os.kill(parent, signal.SIGSTOP)
        second = workshop.spec(trial=2, preload=())
        process = await workshop.launch(second)
        assert "did not answer" in (process.note or "")
        assert isinstance((await workshop.end(second)).exit, Exited)
        third = workshop.spec(trial=3, preload=())
        assert (await workshop.launch(third)).start == "zygote"
        assert isinstance((await workshop.end(third)).exit, Exited)
        assert not procfs.is_running(parent)


async def test_a_zygote_killed_at_any_moment_costs_no_attempt(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "spawn") as workshop:
        workshop.script("print('trained')")
        for trial in range(1, 6):
            spec = workshop.spec(trial=trial)
            launching = asyncio.create_task(workshop.launch(spec))
            await until(lambda: zygotes_of(os.getpid()))
            os.kill(zygotes_of(os.getpid())[0], signal.SIGKILL)
            await launching
            exit_ = (await workshop.end(spec)).exit
            assert isinstance(exit_, Exited | Lost)


def zygotes_of(parent: int) -> list[int]:
    """The pids of the zygotes, ready or not, that an executor in this process has started."""
    children = psutil.Process(parent).children()
    return [
        child.pid
        for child in children
        if child.status() != psutil.STATUS_ZOMBIE and "boot.py" in " ".join(child.cmdline())
    ]

"""A disk without room for an attempt's own files: the attempt waits, and is not lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.model import Exited
from engine.executors import aftermath, procfs
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

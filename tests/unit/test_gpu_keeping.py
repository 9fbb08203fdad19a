"""Each look at the GPUs is judged once, as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.core.devices import Device, Standing
from engine.core.events import DevicesChanged
from engine.devices.gpu_watch import GpuWatch
from engine.devices.keeper import Keeper
from engine.devices.leases import FileLeases, Owner
from engine.devices.sample import GpuSample, Look
from engine.devices.usage import Usages
from engine.devices.watched import Rules
from engine.gpu_keeping import GpuKeeping
from tests.fakes.quick_runtime import quick_runtime


class ToldWatch(GpuWatch):
    """Has the looks that tests give it; `waited` counts how often a further one was awaited."""

    waited = 0

    async def next(self, timeout_s: float) -> Look | None:
        self.waited += 1
        return None

    def see(self, *gpus: GpuSample) -> None:
        """Take a look at these GPUs now."""
        self.latest = Look(at=time.clock_gettime(time.CLOCK_BOOTTIME), gpus=gpus)


@asynccontextmanager
async def keeping(folder: Path, watch: ToldWatch) -> AsyncIterator[GpuKeeping]:
    async with quick_runtime(folder) as quick:
        leases = FileLeases(Owner(id="a", sweep="a"), folder / "leases")
        try:
            keeper = Keeper(Rules(), leases)
            yield GpuKeeping(quick.runtime, watch, keeper, Usages(), time.time)
        finally:
            leases.close()


async def test_a_look_that_is_there_already_is_not_waited_for(tmp_path: Path) -> None:
    watch = ToldWatch()
    async with keeping(tmp_path, watch) as kept:
        watch.see(GpuSample(uuid="GPU-0", label="gpu0"))
        await kept.next_look(1.0)
        await kept.look()
        assert ([view.id for view in kept.views], watch.waited) == (["gpu0"], 0)
        await kept.next_look(1.0)
        assert watch.waited == 1


async def test_a_look_that_cannot_be_judged_is_not_tried_again_and_again(tmp_path: Path) -> None:
    watch = ToldWatch()
    async with keeping(tmp_path, watch) as kept:
        watch.see(GpuSample(uuid="GPU-0", label="gpu0", processes=("nonsense",)))  # type: ignore[arg-type]
        with pytest.raises(AttributeError):
            await kept.look()
        await kept.next_look(1.0)
        assert watch.waited == 1


async def test_nothing_is_placed_by_looks_that_cannot_be_judged(tmp_path: Path) -> None:
    async with quick_runtime(tmp_path) as quick:
        leases = FileLeases(Owner(id="a", sweep="a"), tmp_path / "leases")
        kept = GpuKeeping(quick.runtime, ToldWatch(), Keeper(Rules(), leases), Usages(), time.time)
        publisher, gpus = quick.runtime.publisher, quick.runtime.machine.state.gpus
        known = (
            Standing(device=Device(uuid="GPU-0", label="gpu0"), state="open"),
            Standing(device=Device(uuid="GPU-1", label="gpu1"), state="gone"),
        )
        publisher.record(DevicesChanged(at=1.0, standings=known))
        kept.close_all("could not be judged: 'nonsense'")
        assert [s.state for s in gpus.standings.values()] == ["closed", "gone"]
        seq = publisher.journal.seq
        kept.close_all("could not be judged: 'nonsense'")
        assert publisher.journal.seq == seq

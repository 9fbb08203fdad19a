"""A GPU that a sweep left to others is missed as soon as it is needed."""

from __future__ import annotations

from pathlib import Path

from engine.core.acts import SetSlots
from engine.core.events import DevicesChanged
from engine.devices.keeper import Keeper
from engine.devices.leases import FileLeases, Owner
from engine.devices.sample import GpuSample, Look
from engine.devices.usage import Usages
from engine.devices.watched import Rules
from engine.gpu_judging import GpuJudging
from tests.fakes.gpu_sweep import GpuSweep
from tests.fakes.standings import uuid


def test_what_was_not_needed_is_missed_once_it_is_until_it_is_judged_anew(
    tmp_path: Path,
) -> None:
    sweep = GpuSweep(count=0)
    leases = FileLeases(Owner(id="digits", sweep="digits"), tmp_path)
    judging = GpuJudging(sweep.state, Keeper(Rules(), leases), Usages(), lambda pid: True)
    gpus = tuple(GpuSample(uuid=uuid(n), label=f"gpu{n}", util=0.0) for n in range(2))

    def judge(at: float) -> None:
        standings = judging.judge(Look(at=at, gpus=gpus), at)
        sweep.tell(DevicesChanged, standings=tuple(standings))

    sweep.do(SetSlots(count=1))
    sweep.propose(3)
    for second in (1.0, 2.0, 3.0):
        judge(second)
    assert len(sweep.on()) == 1
    assert not judging.is_short
    sweep.do(SetSlots(count=2))
    assert judging.is_short
    judge(3.0)
    assert len(sweep.on()) == 2
    assert not judging.is_short
    leases.close()

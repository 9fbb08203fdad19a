"""How many trials the memory of GPUs holds, by what the sweep's trials took of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.devices import Standing
from engine.core.plan import StagePlan
from engine.devices.base import Reading
from engine.devices.keeper import Keeper
from engine.devices.leases import FileLeases, Owner
from engine.devices.sample import GpuSample, Look
from engine.devices.usage import Usages
from engine.devices.watched import Rules
from engine.gpu_judging import GpuJudging
from tests.fakes.gpu_sweep import GpuSweep
from tests.fakes.standings import uuid

GIB = 2**30
STAGES = (
    StagePlan(name="wide", budget=9, trials=1, gpus=2.0),
    StagePlan(name="packed", budget=27, trials=8),
)


def judged(sweep: GpuSweep, folder: Path, usages: Usages, **more: object) -> dict[str, Standing]:
    """The standings that one look at two idle GPUs gives."""
    leases = FileLeases(Owner(id="a", sweep="a"), folder)
    judging = GpuJudging(sweep.state, Keeper(Rules(), leases), usages, lambda pid: True)
    memory = {"mem_used": 0, "mem_total": 80 * GIB, **more}
    gpus = tuple(GpuSample(uuid=uuid(n), label=f"gpu{n}", **memory) for n in (0, 1))
    standings = judging.judge(Look(at=1.0, gpus=gpus), 1.0)
    leases.close()
    return {standing.device.label: standing for standing in standings}


def test_what_a_trial_held_on_several_gpus_is_not_expected_on_each(tmp_path: Path) -> None:
    sweep = GpuSweep(gpus=0.25, stages=STAGES)
    sweep.propose(1)
    assert sweep.on() == {1: "gpu0 gpu1"}
    usages = Usages()
    for _ in range(3):
        usages.take({(1, 1): Reading(memory=40 * GIB)})
    sweep.report(1, 1)
    assert judged(sweep, tmp_path, usages)["gpu0"].room == 2


@pytest.mark.parametrize(("why", "room"), [("Unknown Error", 0), ("unsupported", None)])
def test_memory_that_cannot_be_read_for_once_has_no_room_for_more(
    tmp_path: Path, why: str, room: int | None
) -> None:
    sweep = GpuSweep(gpus=0.25)
    unread = {"mem_used": None, "mem_total": None, "missing": {"mem_used": why}}
    standings = {
        standing.device.label: standing for standing in sweep.state.gpus.standings.values()
    }
    standings |= judged(sweep, tmp_path, Usages(), **unread)
    assert standings["gpu0"].room == room

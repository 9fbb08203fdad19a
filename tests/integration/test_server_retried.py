"""A request that is sent twice acts once, and is answered alike, whatever came between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.client import Connection
from engine.core.acts import Clone, Pause, Promote, Prune
from engine.errors import ActError, NotFoundError
from engine.lifecycle import open_sweep
from engine.protocol.messages import ActResult, DoAct, GetHistory
from tests.fakes.real_sweep import RealSweep, wait_until

CONFIG = """\
name: toy
metric: {name: val_acc, goal: maximize}
parameters: {lr: {min: 1.0e-4, max: 1.0, scale: log}}
method: random
budget: {parameter: epochs, max: 1000}
limits: {trials: 4}
resources: {slots: 2}
start: spawn
"""
SCRIPT = """\
import time
import tui_tuner as tt
trial = tt.trial(lr=1e-3)
for epoch in trial.epochs():
    time.sleep(0.05)
    trial.report(epoch, val_acc=0.5)
"""


@pytest.fixture
def sweep(tmp_path: Path) -> Iterator[RealSweep]:
    sweep = RealSweep(tmp_path, SCRIPT, CONFIG)
    sweep.start()
    wait_until(lambda: all((t := sweep.trial(n)) and t.step for n in (1, 2)), "two trials report")
    yield sweep
    sweep.kill_engine()


async def do(connection: Connection, request: DoAct) -> ActResult:
    result: ActResult = await connection.request(request)
    return result


async def test_a_request_sent_twice_at_once_acts_once(sweep: RealSweep) -> None:
    viewer = await open_sweep(sweep.directory, "ada@tty1")
    prune = DoAct(id=0, request="one", act=Prune(trials=(1, 4)))

    first, second = await asyncio.gather(do(viewer, prune), do(viewer, prune))
    history = await viewer.request(GetHistory(id=0))
    await viewer.close()

    assert first == second
    assert first.done == ["t0001", "t0004"]
    assert [d.what for d in history] == ["prune"]


async def test_a_request_sent_again_to_a_new_engine_is_answered_from_the_history(
    sweep: RealSweep,
) -> None:
    viewer = await open_sweep(sweep.directory, "ada@tty1")
    prune = DoAct(id=0, request="one", act=Prune(trials=(1,)), why="flat")
    clone = DoAct(id=0, request="two", act=Clone(trial=2, changes={"lr": 0.5}))
    pruned, cloned = await do(viewer, prune), await do(viewer, clone)
    await viewer.close()
    sweep.kill_engine()
    sweep.start()

    viewer = await open_sweep(sweep.directory, "ada@tty1")
    again = [await do(viewer, prune), await do(viewer, clone)]
    history = await viewer.request(GetHistory(id=0))
    await viewer.close()

    assert [(r.done, r.decision, r.past) for r in again] == [
        (["t0001"], pruned.decision, "pruned t0001"),
        (cloned.done, cloned.decision, cloned.past),
    ]
    assert len([d for d in history if d.what == "prune"]) == 1


async def test_what_only_the_engine_may_say_is_not_taken_from_a_viewer(sweep: RealSweep) -> None:
    viewer = await open_sweep(sweep.directory, "eve@tty2")
    pause = Pause(trials=(1,), at_once=(1, 2))
    promote = Promote(trials=(2,), budget=2000, budgets=(999_999,))

    paused = await do(viewer, DoAct(id=0, request="a", act=pause))
    await do(viewer, DoAct(id=0, request="b", act=promote))
    with pytest.raises(NotFoundError, match="no trial t0099"):
        await do(viewer, DoAct(id=0, request="c", act=Clone(trial=99, changes={})))
    await viewer.close()

    assert "leaves at its next epoch" in paused.details["t0001"]
    assert (row := sweep.trial(2)) is not None
    assert row.budget == 2000


async def test_a_read_only_viewer_may_try_on_and_do_nothing(sweep: RealSweep) -> None:
    viewer = await open_sweep(sweep.directory, "eve@tty2", read_only=True)
    act = DoAct(id=0, request="a", act=Prune(trials=()), where="state=running", dry_run=True)

    assert len((await do(viewer, act)).done) == 2
    with pytest.raises(ActError, match="read-only"):
        await do(viewer, DoAct(id=0, request="b", act=Prune(trials=(1,))))
    await viewer.close()

    assert [row.state for row in sweep.trials()[:2]] == ["running", "running"]

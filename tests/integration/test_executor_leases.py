"""A trial's GPUs stay leased to its sweep while it lives, with or without its engine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.core.model import Exited, Lost
from engine.devices.leases import FileLeases, Owner
from engine.executors import leases
from engine.executors.base import AttemptSpec
from tests.fakes.workshop import Workshop, until

GPU = "GPU-0000"
WAITS = """
    import os, time
    print("held", [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
                   if os.path.exists(f"/proc/self/fd/{fd}")], flush=True)
    while not os.path.exists("go"): time.sleep(0.005)
"""


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[FileLeases]:
    yield from engine(tmp_path, "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[FileLeases]:
    yield from engine(tmp_path, "theirs")


def engine(folder: Path, sweep: str) -> Iterator[FileLeases]:
    held = FileLeases(Owner(id=sweep, sweep=sweep), folder / "leases")
    yield held
    held.close()


def on_gpu(shop: Workshop, engine: FileLeases) -> AttemptSpec:
    return shop.spec(leases=(engine.file(GPU),), lease_owner=engine.owner.id)


@pytest.mark.parametrize("start", ["spawn", "zygote"])
async def test_a_gpu_stays_leased_until_the_trial_of_a_gone_engine_ends(
    tmp_path: Path, ours: FileLeases, theirs: FileLeases, start: str
) -> None:
    assert ours.take(GPU) is None
    async with Workshop(tmp_path, start) as shop:
        shop.script(WAITS)
        spec = on_gpu(shop, ours)
        await shop.launch(spec)
        said = await shop.says(spec)
        ours.close()
        assert theirs.take(GPU) is not None
        shop.script("", "go")
        assert (await shop.end(spec)).exit == Exited(code=0, tail=said.rstrip())
        await until(lambda: theirs.take(GPU) is None)
    assert ".lease" not in said


async def test_a_killed_runner_leaves_its_gpu_to_others(
    tmp_path: Path, ours: FileLeases, theirs: FileLeases
) -> None:
    assert ours.take(GPU) is None
    async with Workshop(tmp_path) as shop:
        shop.script(WAITS)
        spec = on_gpu(shop, ours)
        process = await shop.launch(spec)
        await shop.says(spec)
        ours.close()
        os.kill(process.pid, signal.SIGKILL)
        await until(lambda: theirs.take(GPU) is None)
        await shop.end(spec)


async def test_a_trial_whose_gpu_was_leased_to_another_sweep_is_put_back_unharmed(
    tmp_path: Path, ours: FileLeases, theirs: FileLeases
) -> None:
    assert theirs.take(GPU) is None
    async with Workshop(tmp_path) as shop:
        shop.script("open('ran', 'w')")
        ended = await shop.run(on_gpu(shop, ours))
    assert ended.exit == Lost(reason="its GPU was leased to another sweep before it started")
    assert not (tmp_path / "ran").exists()


async def test_a_lease_that_is_made_anew_meanwhile_is_waited_for(
    tmp_path: Path, ours: FileLeases
) -> None:
    async with Workshop(tmp_path) as shop:
        shop.script(WAITS)
        spec = on_gpu(shop, ours)
        await shop.launch(spec)
        assert ours.take(GPU) is None
        await shop.says(spec)
        shop.script("", "go")
        assert isinstance((await shop.end(spec)).exit, Exited)


async def test_a_lease_that_nobody_makes_puts_the_trial_back(
    tmp_path: Path, ours: FileLeases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_PATIENCE_S", 0.05)
    with pytest.raises(leases.NotOurs, match=r"cannot be read: .*No such file"):
        leases.hold_all([str(ours.file(GPU))], "ours")


def test_what_is_held_is_let_go_when_one_cannot_be(
    ours: FileLeases, theirs: FileLeases, tmp_path: Path
) -> None:
    assert ours.take("GPU-a") is None
    assert theirs.take("GPU-b") is None
    paths = [str(ours.file(uuid)) for uuid in ("GPU-a", "GPU-b")]
    with pytest.raises(leases.NotOurs):
        leases.hold_all(paths, "ours")
    ours.close()
    assert theirs.take("GPU-a") is None


async def test_trials_forked_from_one_zygote_see_each_their_own_gpu(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "zygote") as shop:
        shop.script("import os; print(os.environ.get('CUDA_VISIBLE_DEVICES'))")
        env = {"CUDA_VISIBLE_DEVICES": "GPU-a"}
        one = await shop.run(shop.spec(trial=1, env=env))
        other = await shop.run(shop.spec(trial=2, env={"CUDA_VISIBLE_DEVICES": "GPU-b"}))
    assert [one.exit, other.exit] == [
        Exited(code=0, tail="GPU-a"),
        Exited(code=0, tail="GPU-b"),
    ]

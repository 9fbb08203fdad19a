"""Whatever dies, the trials of a sweep are adopted, settled or gone; never lost sight of."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from engine.core.model import Exited, Lost, Signalled
from engine.executors import procfs
from engine.executors.base import Adopted, Ended
from tests.fakes.workshop import Workshop, all_gone, until

ENGINE = ["-m", "tests.fakes.engine_until_killed"]
UNTIL_TOLD = """
    import os, time
    print(os.getpid())
    print("up")
    while not os.path.exists("go"): time.sleep(0.005)
    print("went")
"""
TREE = """
    import os, time
    def record(): open(str(os.getpid()) + ".pid", "w").close()
    record()
    if os.fork() == 0:
        record()
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 1000)
            os.environ.clear()
            if os.fork() == 0: os.setsid()
            record()
        time.sleep(1000)
    while len([name for name in os.listdir() if name.endswith(".pid")]) < 4: time.sleep(0.005)
    print("up")
    time.sleep(1000)
"""


@pytest.fixture(params=["spawn", "zygote"])
def start(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def own_children() -> set[int]:
    """List the children of this process, zombies included."""
    fields = {pid: procfs.stat(pid) for pid in procfs.pids()}
    return {pid for pid, told in fields.items() if told and int(told[1]) == os.getpid()}


def tree(shop: Workshop) -> list[int]:
    return [int(path.stem) for path in shop.root.glob("*.pid")]


async def killed_engine(shop: Workshop) -> tuple[int, list[int]]:
    """Have another process launch train.py, kill it with SIGKILL; give the runner and zygotes."""
    engine = await asyncio.create_subprocess_exec(
        sys.executable, *ENGINE, str(shop.root), shop.start, stdout=asyncio.subprocess.PIPE
    )
    assert engine.stdout
    runner, pid = map(int, (await engine.stdout.readline()).split())
    await shop.says(shop.spec(), "up")
    zygotes = procfs.children(pid)
    os.kill(pid, signal.SIGKILL)
    await engine.wait()
    return runner, list(zygotes)


async def test_a_trial_outlives_its_executor_and_is_adopted(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(UNTIL_TOLD)
        spec = shop.spec()
        process = await shop.launch(spec)
        await shop.says(spec, "up")
        await shop.reopen()
        assert await shop.executor.settle(spec) == Adopted(process=process)
        (tmp_path / "go").touch()
        ended = await shop.end(spec)
        assert isinstance(ended.exit, Exited)
        assert ended.exit.tail.endswith("up\nwent")


async def test_a_trial_outlives_a_killed_engine(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(UNTIL_TOLD)
        spec = shop.spec()
        runner, zygotes = await killed_engine(shop)
        settled = await shop.executor.settle(spec)
        assert isinstance(settled, Adopted)
        assert (settled.process.pid, settled.process.start) == (runner, start)
        (tmp_path / "go").touch()
        assert str((await shop.end(spec)).exit) == "exit 0"
        await until(lambda: all_gone([runner, *zygotes]))


async def test_an_adopted_trial_can_be_stopped(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(UNTIL_TOLD)
        await killed_engine(shop)
        await shop.executor.settle(shop.spec())
        shop.executor.stop(1, 1)
        assert isinstance((await shop.end(shop.spec())).exit, Signalled)


async def test_a_result_written_while_no_engine_lived_is_found(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(UNTIL_TOLD)
        runner, _ = await killed_engine(shop)
        (tmp_path / "go").touch()
        await until(lambda: all_gone([runner]))
        settled = await shop.executor.settle(shop.spec())
        assert isinstance(settled, Ended)
        assert str(settled.exit) == "exit 0"
        assert await shop.executor.settle(shop.spec()) == settled


async def test_a_killed_runner_takes_its_whole_tree_along(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(TREE)
        spec = shop.spec()
        process = await shop.launch(spec)
        await shop.says(spec, "up")
        killed = time.monotonic()
        os.kill(process.pid, signal.SIGKILL)
        ended = await shop.end(spec)
        assert time.monotonic() - killed < 2
        assert isinstance(ended.exit, Lost)
        assert len(tree(shop)) == 4
        assert all_gone(tree(shop))
        assert ended.leftover == ()


async def test_a_runner_killed_without_an_engine_takes_its_tree_along(
    start: str, tmp_path: Path
) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(TREE)
        runner, zygotes = await killed_engine(shop)
        killed = time.monotonic()
        os.kill(runner, signal.SIGKILL)
        await until(lambda: all_gone([*tree(shop), *zygotes]))
        assert time.monotonic() - killed < 2
        settled = await shop.executor.settle(shop.spec())
        assert isinstance(settled, Ended)
        assert isinstance(settled.exit, Lost)


async def test_survivors_are_found_by_their_marks_when_all_others_died(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "zygote") as shop:
        shop.script(TREE)
        runner, zygotes = await killed_engine(shop)
        for pid in [*zygotes, runner]:
            os.kill(pid, signal.SIGKILL)
        await until(lambda: all_gone([runner]))
        assert not all_gone(tree(shop))
        settled = await shop.executor.settle(shop.spec())
        assert isinstance(settled, Ended)
        assert isinstance(settled.exit, Lost)
        assert all_gone(tree(shop))


async def test_a_reader_of_the_output_is_no_survivor(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        shop.script(UNTIL_TOLD)
        runner, _ = await killed_engine(shop)
        follower = await asyncio.create_subprocess_exec(
            "tail", "-f", str(shop.spec().attempt_dir / "output.log"), stdout=-3
        )
        os.kill(runner, signal.SIGKILL)
        await shop.executor.settle(shop.spec())
        assert follower.returncode is None
        assert procfs.is_running(follower.pid)
        follower.kill()
        await follower.wait()


async def test_trials_outlive_their_zygote_and_a_new_one_comes(tmp_path: Path) -> None:
    async with Workshop(tmp_path, "zygote") as shop:
        shop.script(UNTIL_TOLD)
        first, second = shop.spec(), shop.spec(trial=2)
        process = await shop.launch(first)
        await shop.says(first, "up")
        fields = procfs.stat(process.pid)
        assert fields
        os.kill(int(fields[1]), signal.SIGKILL)
        assert (await shop.launch(second)).note in (None, "the zygote died")
        third = shop.spec(trial=3)
        again = await shop.launch(third)
        assert (again.start, again.note) == ("zygote", None)
        (tmp_path / "go").touch()
        ends = [await shop.end(spec) for spec in (first, second, third)]
        assert [str(ended.exit) for ended in ends] == ["exit 0"] * 3


async def test_an_orphan_of_a_finished_trial_never_stays(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script("import subprocess\nprint(subprocess.Popen(['sleep', '100']).pid)")
        spec = shop.spec()
        ended = await shop.run(spec)
        assert all_gone([int(shop.output(spec))])
        assert ended.leftover == ()


async def test_a_hundred_launches_leak_nothing(start: str, tmp_path: Path) -> None:
    children = own_children()
    async with Workshop(tmp_path, start) as shop:
        shop.script("")
        await shop.run(shop.spec())
        before = len(os.listdir("/proc/self/fd")), asyncio.all_tasks()
        program = "true" if start == "spawn" else sys.executable
        for trial in range(2, 102, 4):
            specs = [shop.spec(program, "train.py", trial=trial + n) for n in range(4)]
            await asyncio.gather(*(shop.run(spec) for spec in specs))
        assert (len(os.listdir("/proc/self/fd")), asyncio.all_tasks()) == before
    assert own_children() == children

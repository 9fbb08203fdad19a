"""The attempt protocol holds wherever a runner is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from engine.core.model import Exited, Lost
from engine.executors import procfs, record
from engine.executors.base import Adopted, Ended, Fenced
from engine.executors.runner import RUNNER_FAILPOINTS
from tests.fakes.workshop import Workshop, all_gone, until

NEVER_STARTED = ("runner.started", "runner.locked")
STARTS = "import os\nprint(os.environ.get('TUI_TUNER_FAILPOINT'))\nopen('starts', 'a').write('x')\n"


@pytest.fixture(params=["spawn", "zygote"])
def start(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def launched_by_a_killed_engine(shop: Workshop) -> int:
    """Have another process launch the attempt and die; give the runner's pid."""
    engine = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.engine_until_killed", str(shop.root), shop.start),
        env=shop.env,
        stdout=asyncio.subprocess.PIPE,
    )
    assert engine.stdout
    runner, _ = map(int, (await engine.stdout.readline()).split())
    engine.kill()
    await engine.wait()
    return runner


def starts(shop: Workshop) -> int:
    path = shop.root / "starts"
    return len(path.read_text()) if path.exists() else 0


@pytest.mark.parametrize("failpoint", RUNNER_FAILPOINTS)
async def test_a_restart_settles_what_a_killed_runner_left(
    failpoint: str, start: str, tmp_path: Path
) -> None:
    async with Workshop(tmp_path, start, TUI_TUNER_FAILPOINT=failpoint) as shop:
        shop.script(STARTS)
        runner = await launched_by_a_killed_engine(shop)
        await until(lambda: all_gone([runner]))
        settled = await shop.executor.settle(shop.spec())
        if failpoint in NEVER_STARTED:
            assert settled == Fenced()
            assert starts(shop) == 0
        else:
            assert isinstance(settled, Ended)
            told = failpoint == "runner.exit_written"
            assert isinstance(settled.exit, Exited if told else Lost)
        assert await shop.executor.settle(shop.spec()) == settled or settled != Fenced()
        assert shop.survivors(shop.spec()) == []


@pytest.mark.parametrize("failpoint", RUNNER_FAILPOINTS)
async def test_a_living_engine_hears_of_a_killed_runner(
    failpoint: str, start: str, tmp_path: Path
) -> None:
    async with Workshop(tmp_path, start, TUI_TUNER_FAILPOINT=failpoint) as shop:
        shop.script(STARTS)
        ended = await shop.run(shop.spec())
        told = failpoint == "runner.exit_written"
        assert isinstance(ended.exit, Exited if told else Lost)
        assert shop.survivors(shop.spec()) == []


async def test_a_failpoint_strikes_the_runner_alone(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start, TUI_TUNER_FAILPOINT="elsewhere") as shop:
        shop.script(STARTS)
        await shop.run(shop.spec())
        own = shop.spec(trial=2, env={"TUI_TUNER_FAILPOINT": "runner.started"})
        assert (await shop.run(own)).exit == Exited(code=0, tail="runner.started")
        assert shop.output(shop.spec()) == "None\n"


async def test_a_fenced_attempt_never_starts(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(STARTS)
        assert await shop.executor.settle(shop.spec()) == Fenced()
        ended = await shop.run(shop.spec())
        assert isinstance(ended.exit, Lost)
        assert starts(shop) == 0


async def test_of_two_runners_one_starts_the_trial(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(STARTS + "import time\nprint('up', flush=True)\ntime.sleep(1000)")
        runner = await launched_by_a_killed_engine(shop)
        await shop.says(shop.spec(), "up")
        await shop.launch(shop.spec())
        await until(lambda: procfs.is_running(runner))
        settled = await shop.executor.settle(shop.spec())
        assert isinstance(settled, Adopted)
        assert settled.process.pid == runner
        os.kill(runner, signal.SIGKILL)
        assert isinstance((await shop.end(shop.spec())).exit, Lost)
        assert starts(shop) == 1


async def test_a_claim_from_before_a_reboot_is_lost(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        spec = shop.spec()
        spec.attempt_dir.mkdir(parents=True)
        claim = {"pid": os.getpid(), "start_time": procfs.start_time(os.getpid()), "boot_id": "old"}
        assert record.create_claim(str(spec.attempt_dir), claim)
        settled = await shop.executor.settle(spec)
        assert isinstance(settled, Ended)
        assert settled.exit == Lost(reason="the machine was restarted")


@pytest.mark.parametrize("torn", ["", "{", '{"pid": "x"}', "[]", "\x00"])
async def test_a_torn_claim_without_a_runner_is_lost(torn: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        spec = shop.spec()
        spec.attempt_dir.mkdir(parents=True)
        (spec.attempt_dir / "claim").write_text(torn)
        settled = await shop.executor.settle(spec)
        assert isinstance(settled, Ended)
        assert isinstance(settled.exit, Lost)


async def test_a_lock_held_where_no_pid_tells_is_adopted_until_free(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        spec = shop.spec()
        spec.attempt_dir.mkdir(parents=True)
        lock = record.take_lock(str(spec.attempt_dir))
        assert lock is not None
        assert record.create_claim(str(spec.attempt_dir), {"pid": 1, "boot_id": "another host"})
        assert isinstance(await shop.executor.settle(spec), Adopted)
        os.close(lock)
        assert isinstance((await shop.end(spec)).exit, Lost)

"""A stop ends the whole tree of a trial: politely first, then not."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from engine.core.model import Exited, Signalled
from tests.fakes.workshop import Workshop, all_gone, until

WAITS = "import time\nprint('up')\nwhile True: time.sleep(0.01)\n"
IGNORES = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAITS
COUNTS = """
    import signal, time
    def stop(*_):
        print("asked")
        time.sleep(0.2)
        raise SystemExit(3)
    signal.signal(signal.SIGTERM, stop)
    print("up")
    while True: time.sleep(0.01)
"""
LEAVES_A_DAEMON = """
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 1000)
            os.environ.clear()
            open("daemon", "w").write(str(os.getpid()))
            os.rename("daemon", "daemon.pid")
            time.sleep(1000)
        os._exit(0)
    while not os.path.exists("daemon.pid"): time.sleep(0.005)
    print("up")
"""
HAS_CHILDREN = """
    import subprocess, time
    children = [subprocess.Popen(["sleep", "1000"], start_new_session=new) for new in (False, True)]
    print(*(child.pid for child in children))
    print("up")
    time.sleep(1000)
"""


@pytest.fixture(params=["spawn", "zygote"])
def start(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_an_obedient_trial_stops_in_far_less_than_300_ms(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(WAITS)
        took = []
        for trial in range(1, 6):
            spec = shop.spec(trial=trial)
            await shop.launch(spec)
            await shop.says(spec, "up")
            asked = time.monotonic()
            shop.executor.stop(trial, 1)
            ended = await shop.end(spec)
            took.append(time.monotonic() - asked)
            assert ended.exit == Signalled(signal=signal.SIGTERM, tail="up")
        assert sorted(took)[2] < 0.3


async def test_a_trial_that_ignores_sigterm_is_killed_after_its_grace(
    start: str, tmp_path: Path
) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(IGNORES)
        spec = shop.spec(grace_s=0.3)
        await shop.launch(spec)
        await shop.says(spec, "up")
        asked = time.monotonic()
        shop.executor.stop(1, 1)
        ended = await shop.end(spec)
        assert 0.3 <= time.monotonic() - asked < 1.3
        assert ended.exit == Signalled(signal=signal.SIGKILL, tail="up")


async def test_asking_twice_asks_the_trial_once(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(COUNTS)
        spec = shop.spec()
        await shop.launch(spec)
        await shop.says(spec, "up")
        shop.executor.stop(1, 1)
        await shop.says(spec, "asked")
        shop.executor.stop(1, 1)
        ended = await shop.end(spec)
        assert ended.exit == Exited(code=3, tail="up\nasked")


async def test_a_stopped_trial_still_gets_to_end_itself(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script("import os\nprint(os.getpid())\n" + WAITS)
        spec = shop.spec()
        await shop.launch(spec)
        trial = int((await shop.says(spec, "up")).split()[0])
        os.kill(trial, signal.SIGSTOP)
        shop.executor.stop(1, 1)
        assert (await shop.end(spec)).exit.signal == signal.SIGTERM


async def test_a_stopped_runner_still_stops_its_trial(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(WAITS)
        spec = shop.spec()
        process = await shop.launch(spec)
        await shop.says(spec, "up")
        os.kill(process.pid, signal.SIGSTOP)
        shop.executor.stop(1, 1)
        assert (await shop.end(spec)).exit.signal == signal.SIGTERM


async def test_a_stop_during_the_launch_is_not_forgotten(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(WAITS)
        spec = shop.spec()
        launching = asyncio.create_task(shop.launch(spec))
        await asyncio.sleep(0)
        shop.executor.stop(1, 1)
        await launching
        assert (await shop.end(spec)).exit.signal == signal.SIGTERM


async def test_stopping_what_does_not_run_does_nothing(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as shop:
        shop.executor.stop(9, 1)


async def test_children_in_other_sessions_go_too(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(HAS_CHILDREN)
        spec = shop.spec()
        await shop.launch(spec)
        children = [int(pid) for pid in (await shop.says(spec, "up")).split()[:2]]
        shop.executor.stop(1, 1)
        ended = await shop.end(spec)
        assert ended.leftover == ()
        assert all_gone(children)


@pytest.mark.parametrize("then", ["raise SystemExit(0)", "time.sleep(1000)"])
async def test_a_daemon_that_hides_is_gone_with_its_trial(
    then: str, start: str, tmp_path: Path
) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(LEAVES_A_DAEMON + "    " + then)
        spec = shop.spec()
        await shop.launch(spec)
        await until((tmp_path / "daemon.pid").exists)
        daemon = int((tmp_path / "daemon.pid").read_text())
        shop.executor.stop(1, 1)
        ended = await shop.end(spec)
        assert ended.leftover == ()
        assert all_gone([daemon])
        assert shop.survivors(spec) == []


async def test_what_is_left_may_clean_up_for_a_moment(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script("""
            import os, time
            read, write = os.pipe()
            if os.fork() == 0:
                os.close(write)
                os.read(read, 1)
                print("cleaned")
                os._exit(0)
            print("main")
        """)
        ended = await shop.run(shop.spec())
        assert ended.exit == Exited(code=0, tail="main\ncleaned")

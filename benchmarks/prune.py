"""How long a prune takes, from sending the act to the process gone and the slot free.

Fifty running trials of a small torch model are pruned through a real engine and the protocol, of a
script that obeys SIGTERM, and fifty of one that ignores it. "Gone" is when the kernel says that no
process of the trial is left; "free" when the engine gave its slot back, as its row tells. The
yardstick is a bare SIGTERM to the same script under plain Python, until waitpid returns. Bars:
median below 300 ms to gone where SIGTERM is obeyed; the grace and 1 s at worst where it is not.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

from engine.client import Connection
from engine.core.acts import Prune, Stop
from engine.core.model import trial_number
from engine.core.views import TrialView
from engine.executors import procfs
from engine.lifecycle import create_sweep, engine_pid, open_sweep, start_engine
from engine.protocol.messages import DoAct, Subscribe

PRUNES = 50
BARE = 15
SLOTS = 2
GRACE_S = 1.0
RATE = 20.0
"""Pushes a second."""
BAR_OBEYED_S = 0.3
BAR_IGNORED_S = GRACE_S + 1.0

TRAINS = """
import signal, sys, time
import torch
import tui_tuner as tt

if {ignores}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
trial = tt.trial(lr=0.1)
torch.manual_seed(trial.seed)
model = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
for epoch in range(1, 1000000):
    loss = model(torch.randn(32, 64)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 10 == 1:
        trial.report(epoch, loss=loss.item())
    time.sleep(0.02)
"""
CONFIG = """
name: prune
program: train.py
metric: {{name: loss, goal: minimize}}
parameters: {{lr: {{min: 1.0e-3, max: 1.0e-1}}}}
method: random
stop: []
grace: {grace}
resources: {{slots: {slots}}}
"""


class Sweep:
    """A live sweep as a viewer sees it: `rows` holds its newest trials by number."""

    def __init__(self, connection: Connection) -> None:
        self.rows: dict[int, TrialView] = {}
        self._connection = connection
        self._news = asyncio.Condition()

    async def follow(self) -> None:
        """Take in what the engine pushes."""
        await self._connection.request(Subscribe(id=0, rate=RATE))
        async with aclosing(self._connection.pushes()) as pushes:
            async for push in pushes:
                async with self._news:
                    self.rows.update((trial_number(row.id), row) for row in push.trials)
                    self._news.notify_all()

    async def trains(self) -> list[int]:
        """Wait until every slot trains, and give the trials that do."""
        async with self._news:
            await self._news.wait_for(lambda: len(self._training()) == SLOTS)
        return self._training()

    async def _pruned(self, number: int) -> float:
        """Wait until a trial is pruned; give the time at which its slot was free."""
        async with self._news:
            await self._news.wait_for(lambda: self.rows[number].state == "pruned")
        ended_at = self.rows[number].ended_at
        assert ended_at is not None
        return ended_at

    def _training(self) -> list[int]:
        rows = self.rows.items()
        return [n for n, row in rows if row.state == "running" and row.reports and not row.ending]

    async def prune(self, number: int) -> tuple[float, float]:
        """Prune a trial; seconds until its processes were gone, and until its slot was free."""
        asked_at = time.time()
        pid = self.rows[number].attempt_list[-1].pid
        assert pid is not None
        tree = procfs.descendants(pid)
        assert tree
        began = time.perf_counter()
        request = DoAct(id=0, request=uuid.uuid4().hex, act=Prune(trials=(number,)))
        gone = asyncio.create_task(_gone(tree))
        await self._connection.request(request)
        gone_at = await gone
        free_at = await self._pruned(number)
        return gone_at - began, free_at - asked_at


async def _gone(pids: Sequence[int]) -> float:
    """Wait until the kernel says that these processes have ended; when the last one had."""
    loop = asyncio.get_running_loop()
    ends: list[asyncio.Future[float]] = []
    for pid in pids:
        with suppress(ProcessLookupError):
            pidfd = os.pidfd_open(pid)
            ended = loop.create_future()
            loop.add_reader(pidfd, _note_end, pidfd, ended)
            ends.append(ended)
    return max(await asyncio.gather(*ends))


def _note_end(pidfd: int, ended: asyncio.Future[float]) -> None:
    asyncio.get_running_loop().remove_reader(pidfd)
    os.close(pidfd)
    ended.set_result(time.perf_counter())


@asynccontextmanager
async def live_sweep(folder: Path, *, ignores: bool) -> AsyncIterator[Sweep]:
    """A sweep of a script that obeys SIGTERM, or ignores it, under its own engine."""
    home = await asyncio.to_thread(_start, folder, ignores)
    connection = await open_sweep(home, "benchmark")
    sweep = Sweep(connection)
    following = asyncio.create_task(sweep.follow())
    try:
        yield sweep
        await connection.request(DoAct(id=0, request=uuid.uuid4().hex, act=Stop(now=True)))
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await connection.close()
        await asyncio.to_thread(_end_engine, home)


def _start(folder: Path, ignores: bool) -> Path:
    folder.mkdir()
    (folder / "train.py").write_text(TRAINS.format(ignores=ignores))
    (folder / "sweep.yaml").write_text(CONFIG.format(grace=GRACE_S, slots=SLOTS))
    home = create_sweep(folder / "sweep.yaml", directory=folder / "sweep")
    start_engine(home)
    return home


def _end_engine(home: Path) -> None:
    pid = engine_pid(home)
    if pid:
        os.kill(pid, signal.SIGTERM)
    while engine_pid(home) is not None:
        time.sleep(0.05)


async def one_by_one(folder: Path) -> list[tuple[float, float]]:
    """Prune trials that obey, each alone while another one trains."""
    async with live_sweep(folder, ignores=False) as sweep:
        return [await sweep.prune(min(await sweep.trains())) for _ in range(PRUNES)]


async def all_at_once(folder: Path) -> list[tuple[float, float]]:
    """Prune trials that ignore SIGTERM, all slots at a time."""
    took: list[tuple[float, float]] = []
    async with live_sweep(folder, ignores=True) as sweep:
        while len(took) < PRUNES:
            took += await asyncio.gather(*(sweep.prune(n) for n in await sweep.trains()))
    return took


def bare(folder: Path) -> list[float]:
    """Seconds from a bare SIGTERM to the script's end, as its parent learns of it."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    took = []
    for _ in range(BARE):
        command = [sys.executable, str(folder / "train.py")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as script:
            assert script.stdout is not None
            script.stdout.readline()
            began = time.perf_counter()
            script.terminate()
            script.wait()
            took.append(time.perf_counter() - began)
    return took


def figures(seconds: Sequence[float]) -> str:
    """'median 12 ms, p90 20 ms, max 31 ms'."""
    median, p90, worst = statistics.median(seconds), _p90(seconds), max(seconds)
    return f"median {median * 1e3:.0f} ms, p90 {p90 * 1e3:.0f} ms, max {worst * 1e3:.0f} ms"


def _p90(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=10)[-1]


def main() -> int:
    """Measure, print, and say by the exit status whether the bars hold."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["TUI_TUNER_STATE_DIR"] = str(folder / "state")
        obeyed = asyncio.run(one_by_one(folder / "obeys"))
        yardstick = bare(folder / "obeys")
        ignored = asyncio.run(all_at_once(folder / "ignores"))
    gone, free = zip(*obeyed, strict=True)
    late, late_free = zip(*ignored, strict=True)
    print(
        f"prune: {PRUNES} that obey SIGTERM: gone {figures(gone)}; slot free {figures(free)}; "
        f"bare SIGTERM to waitpid {figures(yardstick)} (yardstick)\n"
        f"prune: {len(late)} that ignore SIGTERM, grace {GRACE_S:g} s: gone {figures(late)}; "
        f"slot free {figures(late_free)}"
    )
    held = statistics.median(gone) < BAR_OBEYED_S and max(late) < BAR_IGNORED_S
    if not held:
        print(
            f"prune: the bars do not hold: median {BAR_OBEYED_S * 1e3:.0f} ms to gone where "
            f"SIGTERM is obeyed, {BAR_IGNORED_S:g} s at worst where it is ignored"
        )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())

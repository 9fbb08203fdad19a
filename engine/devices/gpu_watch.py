"""The engine's end of the process that looks at the GPUs."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from .sample import Look

log = logging.getLogger("engine.devices")

COMMAND = (sys.executable, "-P", "-m", "engine.devices.watch")
SILENCE_S = 5.0
"""How long it may say nothing before it is taken to hang."""
OPENING_S = 20.0
"""How long it may take to open the driver; twice as long after each time that was too short."""
LONGEST_WAIT_S = 60.0
MOST_LEFT = 3
"""No more are started beside so many that hang in the driver and cannot be killed."""
_DEATH_S = 1.0
_LONGEST_LINE = 8 * 2**20


def library_there() -> bool:
    """Whether NVIDIA's library can be loaded; says nothing of the driver, and does not wake it."""
    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return False
    return True


class GpuWatch:
    """Keeps a process looking at the GPUs, and the newest look it wrote.

    All methods are called on one event loop and never wait for the driver. What the process says
    besides looks is counted in `garbage`, its deaths in `deaths`.
    """

    def __init__(
        self,
        *,
        command: Sequence[str] = COMMAND,
        env: Mapping[str, str] | None = None,
        silence_s: float = SILENCE_S,
        opening_s: float = OPENING_S,
    ) -> None:
        self.latest: Look | None = None
        self.garbage = 0
        self.deaths = 0
        self._command = tuple(command)
        self._env = {**os.environ, **(env or {})}
        self._silence_s = silence_s
        self._opening_s = opening_s
        self._process: subprocess.Popen[bytes] | None = None
        self._left: list[subprocess.Popen[bytes]] = []
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._complaint = ""

    async def start(self) -> None:
        """Begin to look; returns at once."""
        self._task = asyncio.create_task(self._keep_looking(), name="gpu watch")

    @property
    def pid(self) -> int | None:
        """The process that looks, if there is one."""
        return self._process.pid if self._process is not None else None

    @property
    def left_behind(self) -> int:
        """How many processes hang in the driver so that they cannot be killed."""
        self._left = [process for process in self._left if process.poll() is None]
        return len(self._left)

    def age(self, now: float) -> float:
        """Seconds from the newest look to `now` (CLOCK_BOOTTIME); infinite where there was none."""
        return float("inf") if self.latest is None else max(0.0, now - self.latest.at)

    async def first(self, timeout_s: float) -> Look | None:
        """Wait for a look, unless there is one; None: there was none in time."""
        if self.latest is None:
            await self.next(timeout_s)
        return self.latest

    async def next(self, timeout_s: float) -> Look | None:
        """Wait for the next look; None: there was none in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        except TimeoutError:
            return None
        return self.latest

    def wake(self) -> None:
        """Let who waits for the next look go on with the newest one."""
        self._news.set()
        self._news = asyncio.Event()

    async def close(self) -> None:
        """End the process and look no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _keep_looking(self) -> None:
        pause_s = self._opening_s / 20
        opening_s = self._opening_s
        while True:
            if self.left_behind < MOST_LEFT and await self._listen_to_one(opening_s):
                pause_s, opening_s = self._opening_s / 20, self._opening_s
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_WAIT_S)
            opening_s = min(2 * opening_s, LONGEST_WAIT_S)

    async def _listen_to_one(self, opening_s: float) -> bool:
        """Start a process and take its looks until it dies or is silent; whether there were any."""
        try:
            process = self._spawn()
        except OSError as error:
            self._complain(f"the GPUs cannot be looked at: {error.strerror}")
            return False
        self._process = process
        reader = asyncio.StreamReader(limit=_LONGEST_LINE)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: protocol, process.stdout
        )
        try:
            return await self._take_looks(reader, opening_s)
        finally:
            transport.close()
            self._process = None
            self.deaths += 1
            await self._bury(process)

    def _spawn(self) -> subprocess.Popen[bytes]:
        """Start a process, on the loop's thread: it dies with the thread that started it."""
        pipe = subprocess.PIPE
        return subprocess.Popen(self._command, stdin=pipe, stdout=pipe, cwd="/", env=self._env)

    async def _take_looks(self, reader: asyncio.StreamReader, opening_s: float) -> bool:
        patience_s, taken = opening_s, False
        try:
            while True:
                async with asyncio.timeout(patience_s):
                    look = await self._next_look(reader)
                if look is None:
                    self._complain("the process that looks at the GPUs has ended")
                    return taken
                self._publish(look)
                patience_s, taken = self._silence_s, True
        except TimeoutError:
            self._complain(f"the NVIDIA driver has not answered for {patience_s:.0f} s")
        except ValueError:
            self.garbage += 1
        return taken

    async def _next_look(self, reader: asyncio.StreamReader) -> Look | None:
        """Read up to the next look; None: there will be none. A line too long raises ValueError."""
        while line := await reader.readline():
            try:
                return msgspec.json.decode(line, type=Look)
            except msgspec.MsgspecError:
                self.garbage += 1
        return None

    def _publish(self, look: Look) -> None:
        self.latest = look
        self._complaint = ""
        self.wake()

    async def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process; one that is stuck in the driver is left behind, and never waited for."""
        self._kill(process)
        if process.stdin is not None:
            process.stdin.close()
        self._left.append(process)
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, min(_DEATH_S, self._silence_s))

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(OSError):
            process.kill()

    def _complain(self, text: str) -> None:
        """Log what is wrong, once as long as it stays the same."""
        if text != self._complaint:
            log.warning("%s", text)
        self._complaint = text

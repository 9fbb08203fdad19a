"""The engine's end of the process that models."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from engine.config.schema import Config
from engine.core.edits import SpaceVersion
from engine.core.observing import Observation
from engine.search.base import Made

from .base import ModelError
from .messages import LENGTH_BYTES, Answer, Begin, Done, Make, Tell, answer_of, framed, length_of

ANSWER_S = 60.0
"""How long it may be silent, and a hundredth of a second more for each trial told."""
_MORE_S = 0.01
COMMAND = (sys.executable, "-P", "-m", "engine.modelling")
ONE_THREAD = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""The cores and the GPUs are the trials'."""


class ModelProcess:
    """A sweep's method in a process of its own, which goes when the engine does."""

    def __init__(
        self,
        config: Config,
        seed: int,
        *,
        command: Sequence[str] = COMMAND,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._begin = Begin(config=msgspec.json.encode(config), seed=seed)
        self._command = tuple(command)
        self._answer_s = answer_s
        self._told: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process, if there is one."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start a process; it imports its libraries while it is told."""
        await self.close()
        ours, theirs = socket.socketpair()
        try:
            self._process = _spawn(self._command, theirs)
        except OSError as error:
            ours.close()
            raise ModelError(f"its process cannot be started: {error.strerror}") from error
        finally:
            theirs.close()
        self._reader, self._writer = await asyncio.open_connection(sock=ours)
        await self._send(self._begin)

    async def tell(self, versions: Sequence[SpaceVersion], news: Sequence[Observation]) -> None:
        """Tell further versions of the space, and what changed of trials."""
        self._told.update(one.number for one in news)
        async with self._patience():
            await self._send(Tell(versions=tuple(versions), news=tuple(news)))

    async def make(self, index: int, in_flight: Sequence[Observation]) -> Made:
        """Make proposal `index` in the newest version, with these candidates in flight."""
        async with self._patience():
            await self._send(Make(index=index, in_flight=tuple(in_flight)))
            answer = await self._answer()
        if not isinstance(answer, Done):
            raise ModelError(answer.reason)
        made = answer.proposal or answer.exhausted
        assert made is not None
        return made, answer.following

    async def close(self) -> None:
        """Kill the process, if there is one: it has nothing to lose."""
        process, self._process = self._process, None
        writer, self._writer = self._writer, None
        self._told.clear()
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)
        if writer is not None:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    @asynccontextmanager
    async def _patience(self) -> AsyncIterator[None]:
        """Give up a process that hangs, or was stopped."""
        patience_s = self._answer_s + _MORE_S * len(self._told)
        try:
            async with asyncio.timeout(patience_s):
                yield
        except TimeoutError:
            await self.close()
            raise ModelError(f"it was silent for {patience_s:.0f} s") from None

    async def _send(self, message: Any) -> None:
        if (writer := self._writer) is None:
            raise await self._died()
        try:
            writer.write(framed(message))
            await writer.drain()
        except OverflowError as error:
            await self.close()
            raise ModelError(f"it cannot be told of such numbers: {error}") from error
        except OSError:
            raise await self._died() from None

    async def _answer(self) -> Answer:
        try:
            head = await self._reader.readexactly(LENGTH_BYTES)
            return answer_of(await self._reader.readexactly(length_of(head)))
        except (asyncio.IncompleteReadError, OSError):
            raise await self._died() from None

    async def _died(self) -> ModelError:
        """Bury the process, and say what it died of."""
        if (process := self._process) is None:
            return ModelError("its process was ended")
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, 1.0)
        status = process.returncode
        await self.close()
        if status is None:
            return ModelError("its process closed the line")
        if status < 0:
            return ModelError(f"its process was killed by {signal.Signals(-status).name}")
        return ModelError(f"its process ended with exit status {status}; engine.log says more")


def _spawn(command: Sequence[str], line: socket.socket) -> subprocess.Popen[bytes]:
    threads = dict.fromkeys(ONE_THREAD, "1")
    return subprocess.Popen(
        command,
        stdin=line.fileno(),
        stdout=subprocess.DEVNULL,
        cwd="/",
        env={**os.environ, **threads, "CUDA_VISIBLE_DEVICES": ""},
    )

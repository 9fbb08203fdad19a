"""The engine's end of a zygote: starts it, asks it for runners, learns of its end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.text import clean

_BOOT = str(Path(__file__).with_name("boot.py"))
_READY_S = 180.0
_ANSWER_S = 10.0
"""A fork takes some 15 ms: a zygote that needs so long is stopped, or stuck."""
_LEAVE_S = 1.0
_LINE_LIMIT = 1 << 20


class Refused(Exception):
    """The zygote did not fork; the text says why."""


class Zygote:
    """One zygote process. Used on one event loop."""

    def __init__(self, pid: int, pidfd: int, log: int) -> None:
        self.pid = pid
        self._pidfd = pidfd
        self._log = log
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._present: set[int] = set()
        self._gone = asyncio.Condition()
        self._next = 1
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None
        self.alive = True

    @classmethod
    async def start(
        cls,
        python: Sequence[str],
        env: Mapping[str, str],
        preload: Sequence[str] | None,
    ) -> Zygote:
        """Start a zygote under the interpreter `python` (with options) and wait until it serves.

        Raises Refused where the interpreter cannot be run or what it imports makes it unfit.
        """
        ours, theirs = socket.socketpair()
        log = os.memfd_create("zygote")
        try:
            pid = _spawn(python, env, preload, theirs.fileno(), log)
        except OSError as fault:
            ours.close()
            os.close(log)
            raise Refused(f"{python[0]} cannot be run: {fault.strerror}") from fault
        finally:
            theirs.close()
        zygote = cls(pid, os.pidfd_open(pid), log)
        reader, zygote._writer = await asyncio.open_connection(sock=ours, limit=_LINE_LIMIT)
        try:
            await zygote._await_ready(reader)
        except BaseException:
            zygote._end()
            await zygote._reap()
            await zygote.close(frozenset())
            raise
        zygote._listener = asyncio.create_task(zygote._listen(reader), name=f"zygote {pid}")
        return zygote

    async def fork(self, request: dict[str, Any]) -> tuple[int, int | None]:
        """Have a runner forked: its pid and start time. Raises Refused."""
        if not self.alive or self._writer is None:
            raise Refused("the zygote is gone")
        number = self._next
        self._next += 1
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._writer.write(json.dumps({**request, "id": number}).encode() + b"\n")
            async with asyncio.timeout(_ANSWER_S):
                reply = await answer
        except TimeoutError:
            self._end()
            raise Refused(f"the zygote did not answer within {_ANSWER_S:g} s") from None
        finally:
            self._waiting.pop(number, None)
        if "refused" in reply:
            raise Refused(reply["refused"])
        return reply["pid"], reply["start_time"]

    def _end(self) -> None:
        """Kill the process; if it was about to fork, the claim keeps the attempt from a second."""
        self.alive = False
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    async def await_gone(self, runner: int, timeout_s: float) -> None:
        """Wait until the zygote has reaped the runner and what it left, or is gone itself."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._gone:
                await self._gone.wait_for(lambda: runner not in self._present)

    async def close(self, running: Set[int]) -> None:
        """Let the zygote go: at once if none of the running runners is its own, else after them."""
        if self._writer:
            self._writer.write_eof()
        if self._listener and not self._present & running:
            await asyncio.wait({self._listener}, timeout=_LEAVE_S)
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._writer:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()
        os.close(self._pidfd)
        os.close(self._log)

    async def _await_ready(self, reader: asyncio.StreamReader) -> None:
        try:
            async with asyncio.timeout(_READY_S):
                line = await _next_line(reader)
        except TimeoutError:
            raise Refused(f"its imports took longer than {_READY_S:.0f} s") from None
        message = json.loads(line) if line else {"failed": self._last_words()}
        if "failed" in message:
            raise Refused(clean(message["failed"], limit=500))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await _next_line(reader):
                await self._hear(json.loads(line))
        finally:
            self.alive = False
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result({"refused": "the zygote died"})
        self._present.clear()
        await self._tell_gone()
        await self._reap()

    async def _hear(self, message: dict[str, Any]) -> None:
        if "gone" in message:
            self._present.discard(message["gone"])
            await self._tell_gone()
            return
        if "pid" in message:
            self._present.add(message["pid"])
        answer = self._waiting.get(message["id"])
        if answer and not answer.done():
            answer.set_result(message)

    async def _tell_gone(self) -> None:
        async with self._gone:
            self._gone.notify_all()

    async def _reap(self) -> None:
        """Collect the zygote's exit status as soon as it has ended, within a second."""
        for _ in range(200):
            with suppress(ChildProcessError):
                if os.waitpid(self.pid, os.WNOHANG)[0] == 0:  # noqa: ASYNC222
                    await asyncio.sleep(0.005)
                    continue
            return

    def _last_words(self) -> str:
        lines = os.pread(self._log, 4096, max(os.fstat(self._log).st_size - 4096, 0)).decode(
            errors="replace"
        )
        last = lines.strip().splitlines()[-1:] or ["no message"]
        return f"the zygote died while importing: {last[0]}"


async def _next_line(reader: asyncio.StreamReader) -> bytes:
    """Read a line; empty once the zygote is gone, whether or not it had read all we sent."""
    try:
        return await reader.readline()
    except ConnectionError:
        return b""


def _spawn(
    python: Sequence[str],
    env: Mapping[str, str],
    preload: Sequence[str] | None,
    control: int,
    log: int,
) -> int:
    options = json.dumps({"preload": None if preload is None else list(preload)})
    actions = [
        (os.POSIX_SPAWN_DUP2, source, target)
        for source, target in ((control, 0), (log, 1), (log, 2))
    ]
    return os.posix_spawn(
        python[0],
        [*python, _BOOT, options],
        dict(env),
        file_actions=actions,
        setsid=True,
        setsigmask=(),
        setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, 32, 33},
    )

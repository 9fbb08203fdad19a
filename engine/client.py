"""A viewer's end of the protocol, the same over a socket and within one process."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from engine.errors import ConnectionLostError, ProtocolError, TunerError
from engine.protocol.framing import VIEWER_LIMIT, Channel, decode_answer
from engine.protocol.messages import (
    Answer,
    Delta,
    DevicePoint,
    GetDeviceHistory,
    GetUsage,
    Hello,
    Push,
    Refusal,
    Reply,
    Request,
    Snapshot,
    Usage,
    Welcome,
)
from engine.protocol.results import decode_result, error_of
from engine.protocol.revisions import REVISION, misunderstood, require_known

MOST_WAITING = 16
"""Pushes that wait to be taken before they are merged into one."""


class Connection:
    """A connection past its handshake. `connect_socket` and `greet` make one.

    Used on one event loop. Requests may be made at the same time, each gets its own answer.
    """

    def __init__(self, channel: Channel[Answer], on_close: Callable[[], Awaitable[None]]) -> None:
        self._channel = channel
        self._on_close = on_close
        self._answers: dict[int, asyncio.Future[Reply]] = {}
        self._pushed: deque[Push] = deque()
        self._news = asyncio.Event()
        self._last_id = 0
        self._lost: TunerError | None = None
        self._reading = asyncio.create_task(self._read())
        self._greeted: Welcome | None = None

    async def greet(self, who: str, *, read_only: bool) -> None:
        """Shake hands, before anything else."""
        hello = Hello(id=0, who=who, read_only=read_only, revision=REVISION)
        self._greeted = await self.request(hello)

    @property
    def welcome(self) -> Welcome:
        """What the engine answered to the handshake."""
        assert self._greeted is not None
        return self._greeted

    @property
    def live(self) -> bool:
        """False where the store alone answers, read-only."""
        return self.welcome.live

    async def request(self, message: Request) -> Any:
        """Send a request and give its result, typed as its docstring says.

        The connection numbers requests itself: `message.id` is ignored. Raises the error class
        that the engine refused with, OtherVersionError where it is too old or too new, or
        ConnectionLostError.
        """
        if self._lost is not None:
            raise self._lost
        if self._greeted is not None:
            require_known(message, self._greeted)
        self._last_id += 1
        number = self._last_id
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._answers[number] = future
        try:
            self._channel.send(replace(message, id=number))
            await self._channel.drain()
            return self._decoded(message, await future)
        finally:
            del self._answers[number]
            if future.done() and not future.cancelled():
                future.exception()

    def _decoded(self, message: Request, reply: Reply) -> Any:
        try:
            return decode_result(message, reply)
        except ProtocolError as error:
            raise self._explained(error) from None

    def _explained(self, error: TunerError) -> TunerError:
        if self._greeted is None or not isinstance(error, ProtocolError):
            return error
        return misunderstood(error, self._greeted)

    async def usage(self, trial: int, points: int | None = None) -> Usage:
        """What a trial used over its time, thinned to `points`."""
        asked = GetUsage(id=0, trial=trial, points=points)
        usage: Usage = await self.request(asked)
        return usage

    async def device_history(
        self, device: str, since: float = 0.0, points: int | None = None
    ) -> list[DevicePoint]:
        """How the device called `device` was, from `since` on, thinned to `points`."""
        asked = GetDeviceHistory(id=0, device=device, since=since, points=points)
        history: list[DevicePoint] = await self.request(asked)
        return history

    async def pushes(self) -> AsyncGenerator[Push, None]:
        """Give what the engine pushes after Subscribe. Raises ConnectionLostError at the end.

        Who is slow to take them gets several in one, the newest of each row.
        """
        while True:
            while self._pushed:
                yield self._pushed.popleft()
            if self._lost is not None:
                raise self._lost
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        """Hang up."""
        self._lose(ConnectionLostError("the connection was closed"))
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._channel.abort()
        await self._channel.close()
        await self._on_close()

    async def _read(self) -> None:
        try:
            while (answer := await self._channel.read()) is not None:
                self._take(answer)
            self._lose(ConnectionLostError("the engine hung up"))
        except ConnectionLostError as error:
            self._lose(self._explained(error))

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, Snapshot | Delta):
            self._take_push(answer)
            return
        if isinstance(answer, Refusal) and answer.id == 0:
            self._lose(self._explained(error_of(answer)))
            return
        future = self._answers.get(answer.id)
        if future is None or future.done():
            return
        if isinstance(answer, Refusal):
            future.set_exception(error_of(answer))
        else:
            future.set_result(answer)

    def _take_push(self, push: Push) -> None:
        if isinstance(push, Snapshot) and push.first:
            self._pushed.clear()
        last = self._pushed[-1] if len(self._pushed) >= MOST_WAITING else None
        if isinstance(push, Delta) and isinstance(last, Delta):
            self._pushed[-1] = merged(last, push)
        else:
            self._pushed.append(push)
        self._news.set()

    def _lose(self, error: TunerError) -> None:
        self._lost = self._lost or error
        self._news.set()
        for future in self._answers.values():
            if not future.done():
                future.set_exception(error)


def merged(earlier: Delta, later: Delta) -> Delta:
    """Give one delta that says what both say: the newest of each row."""
    rows = {row.id: row for delta in (earlier, later) for row in delta.trials}
    return Delta(
        seq=later.seq,
        sweep=later.sweep or earlier.sweep,
        trials=list(rows.values()),
        decisions=[*earlier.decisions, *later.decisions],
    )


async def connect_socket(
    path: Path, who: str, *, read_only: bool = False, timeout_s: float = 5.0
) -> Connection:
    """Connect to the engine that listens at `path`. Raises ConnectionLostError.

    `who` is user@terminal, for the history.
    """
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_unix_connection(str(path), limit=VIEWER_LIMIT)
    except (OSError, TimeoutError) as error:
        reason = getattr(error, "strerror", None) or "no answer"
        raise ConnectionLostError(f"no engine answers at {path}: {reason}") from None
    return await greet(reader, writer, who, read_only=read_only, timeout_s=timeout_s)


async def _nothing() -> None:
    pass


async def greet(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    who: str,
    *,
    read_only: bool = False,
    timeout_s: float = 5.0,
    on_close: Callable[[], Awaitable[None]] = _nothing,
) -> Connection:
    """Shake hands over a pair of streams whose reader has the viewers' limit.

    Raises ProtocolError where the engine speaks another version, else ConnectionLostError.
    """
    connection = Connection(Channel(reader, writer, decode_answer), on_close)
    try:
        async with asyncio.timeout(timeout_s):
            await connection.greet(who, read_only=read_only)
    except BaseException as error:
        with suppress(TunerError, OSError):
            await connection.close()
        if isinstance(error, TimeoutError):
            raise ConnectionLostError("the engine does not answer") from None
        raise
    return connection

"""The way to the sweep: connects, follows the pushes, and connects again for as long as it takes.

Knows nothing of screens: what happens is posted as messages.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

from msgspec.structs import replace
from textual.message import Message

from engine.errors import ConnectionLostError, TunerError
from engine.protocol.messages import DoAct, Push, Request, Subscribe
from tui_tuner.view.summary import LinkState

FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 5.0
LOOK_FOR_ENGINE_S = 3.0
SLOW_S = 0.3
"""Answers that take longer than this, three in a row, make a slow link."""


class Connection(Protocol):
    """What the link needs of `engine.client.Connection`."""

    @property
    def live(self) -> bool:
        """False where the store alone answers."""

    async def request(self, message: Any) -> Any:
        """Send a request and give its typed result. Raises TunerError."""

    def pushes(self) -> AsyncIterator[Push]:
        """Give what the engine pushes after Subscribe."""

    async def close(self) -> None:
        """Hang up."""


Connect = Callable[[], Awaitable[Connection]]


class Link:
    """One sweep's connection over time. `post` takes its messages; `clock` gives seconds."""

    class Changed(Message):
        """The link is in another state."""

        def __init__(self, state: LinkState) -> None:
            self.state = state
            super().__init__()

    class Arrived(Message):
        """The engine pushed something."""

        def __init__(self, push: Push) -> None:
            self.push = push
            super().__init__()

    def __init__(
        self,
        connect: Connect,
        post: Callable[[Message], object],
        clock: Callable[[], float],
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._post = post
        self._clock = clock
        self._stopwatch = stopwatch
        self._trips_s: deque[float] = deque(maxlen=3)
        self._connection: Connection | None = None
        self._linked = asyncio.Event()
        self._looking = asyncio.Event()
        self._live = asyncio.Event()
        self.state = LinkState(since=clock())

    async def run(self) -> None:
        """Stay connected until cancelled."""
        connection: Connection | None = None
        try:
            while True:
                connection = connection or await self._connected()
                connection = await self._serve(connection)
        finally:
            await self._drop()

    async def request(self, message: Request) -> Any:
        """Send a request and give its result. Raises TunerError."""
        if self._connection is None:
            raise ConnectionLostError("there is no connection to the engine now")
        began = self._stopwatch()
        result = await self._connection.request(message)
        if not isinstance(message, DoAct):
            self._took(self._stopwatch() - began)
        return result

    async def request_when_linked(self, message: Request, wait_s: float) -> Any:
        """Like `request`, but wait for a connection where there is none."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._linked.wait(), wait_s)
        return await self.request(message)

    async def is_live_within(self, wait_s: float) -> bool:
        """Wait for a live engine; say whether one came in time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._live.wait(), wait_s)
        return self._live.is_set()

    async def _connected(self) -> Connection:
        delay = FIRST_DELAY_S
        while True:
            try:
                return await self._connect()
            except (TunerError, OSError) as error:
                phase = "connecting" if self.state.phase == "connecting" else "lost"
                self._change(phase, str(error))
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_S)

    async def _serve(self, connection: Connection) -> Connection | None:
        """Follow a connection to its end; give a better one where that was found meanwhile."""
        self._connection = connection
        self._change("live" if connection.live else "stored")
        self._linked.set()
        jobs: list[asyncio.Task[Any]] = [asyncio.create_task(self._follow(connection))]
        if not connection.live:
            jobs.append(asyncio.create_task(self._find_live()))
        try:
            await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
            better = jobs[-1].result() if len(jobs) > 1 and jobs[-1].done() else None
            if better is None:
                error = jobs[0].exception() if jobs[0].done() else None
                self._change("lost", str(error or ""))
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await self._drop()
        return better

    async def _follow(self, connection: Connection) -> None:
        await connection.request(Subscribe(id=0))
        async for push in connection.pushes():
            self._post(self.Arrived(push))

    async def _find_live(self) -> Connection:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._looking.wait(), LOOK_FOR_ENGINE_S)
            self._looking.clear()
            with suppress(TunerError, OSError):
                connection = await self._connect()
                if connection.live:
                    return connection
                await connection.close()

    def look_now(self) -> None:
        """Look for a live engine at once: one has just been started."""
        self._looking.set()

    def _took(self, seconds: float) -> None:
        """Take note of how long an answer took; what an act takes says nothing of the link."""
        self._trips_s.append(seconds)
        least_s = min(self._trips_s) if len(self._trips_s) == self._trips_s.maxlen else 0.0
        trip_s = round(least_s, 1) if least_s > SLOW_S else 0.0
        if trip_s != self.state.trip_s:
            self.state = replace(self.state, trip_s=trip_s)
            self._post(self.Changed(self.state))

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._linked.clear()
        if connection is not None:
            with suppress(TunerError, OSError):
                await connection.close()

    def _change(self, phase: str, error: str = "") -> None:
        since = self.state.since if phase == self.state.phase else self._clock()
        self._trips_s.clear()
        self.state = LinkState(phase, since, error)
        if phase == "live":
            self._live.set()
        else:
            self._live.clear()
        self._post(self.Changed(self.state))

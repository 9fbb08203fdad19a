"""One viewer: handshake, requests and their answers, and the feed it subscribes to."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from typing import Any

from engine.errors import ConnectionLostError, ProtocolError, TunerError, UsageError
from engine.protocol.framing import VIEWER_LIMIT, Channel, UnknownMessageError, encode
from engine.protocol.messages import (
    PROTOCOL_VERSION,
    Hello,
    Request,
    Subscribe,
    Welcome,
)
from engine.protocol.results import refusal_of
from engine.protocol.revisions import REVISION, unknown_request
from engine.text import clean
from engine.version import VERSION

from .feed import Feed
from .handlers import HANDLERS, Viewer
from .source import SweepSource

log = logging.getLogger("engine.server")

HANDSHAKE_S = 5.0
IN_FLIGHT = 16
"""Requests of one viewer answered at the same time; further ones wait on the wire."""


class Session:
    """Serves one viewer until it hangs up. Never raises for what a viewer does."""

    def __init__(self, source: SweepSource, channel: Channel[Request]) -> None:
        self._source = source
        self._channel = channel
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._feed: Feed | None = None
        self._revision = 0

    async def run(self) -> None:
        """Serve until the viewer leaves, breaks the protocol, or this is cancelled."""
        try:
            viewer = await asyncio.wait_for(self._handshake(), HANDSHAKE_S)
            if viewer is not None:
                await self._serve(viewer)
        except ProtocolError as error:
            self._channel.send(refusal_of(0, error))
        except (ConnectionLostError, TimeoutError) as error:
            log.debug("a viewer is gone: %s", error)
        finally:
            await self._end()

    async def _handshake(self) -> Viewer | None:
        hello = await self._channel.read()
        if not isinstance(hello, Hello):
            return None
        if hello.version != PROTOCOL_VERSION:
            text = (
                f"this engine (tui-tuner {VERSION}) speaks version {PROTOCOL_VERSION} of the "
                f"protocol, not {hello.version}: use the same tui-tuner for both"
            )
            self._channel.send(refusal_of(hello.id, ProtocolError(text)))
            return None
        welcome = Welcome(
            version=PROTOCOL_VERSION,
            engine_version=VERSION,
            pid=os.getpid(),
            live=self._source.live,
            revision=REVISION,
        )
        self._reply(hello.id, welcome)
        self._revision = hello.revision
        who = clean(hello.who, limit=80)
        return Viewer(source=self._source, who=who, read_only=hello.read_only)

    async def _serve(self, viewer: Viewer) -> None:
        while (request := await self._next()) is not None:
            if isinstance(request, Subscribe):
                self._subscribe(request)
                continue
            await self._room.acquire()
            self._spawn(self._answer(viewer, request))

    async def _next(self) -> Request | None:
        """Wait for the next request that is known; refuse those that are not, and go on."""
        while True:
            try:
                return await self._channel.read()
            except UnknownMessageError as error:
                why = unknown_request(clean(error.kind, limit=40), error.reason, self._revision)
                self._channel.send(refusal_of(error.id, why))
                await self._channel.drain()

    def _subscribe(self, request: Subscribe) -> None:
        if self._feed is not None:
            text = "this connection is subscribed already"
            self._channel.send(refusal_of(request.id, UsageError(text)))
            return
        self._reply(request.id, None)
        self._feed = Feed(self._source, self._channel, request.rate)
        self._spawn(self._feed.run())

    async def _answer(self, viewer: Viewer, request: Request) -> None:
        try:
            self._reply(request.id, await self._handle(viewer, request))
        except TunerError as error:
            self._channel.send(refusal_of(request.id, error))
        finally:
            with suppress(ConnectionLostError):
                await self._channel.drain()
            self._room.release()

    async def _handle(self, viewer: Viewer, request: Request) -> Any:
        handler = HANDLERS.get(type(request))
        if handler is None:
            raise UsageError(f"a {type(request).__name__} makes no sense here")
        try:
            return await handler(viewer, request)
        except TunerError:
            raise
        except Exception as error:
            log.exception("answering %s failed", type(request).__name__)
            raise TunerError(
                f"the engine failed on this request ({error!r}): see its log"
            ) from None

    def _reply(self, request_id: int, result: Any) -> None:
        reply = encode({"type": "reply", "id": request_id, "result": result})
        if len(reply) >= VIEWER_LIMIT:
            raise TunerError("the answer is too large for the connection: ask for less at a time")
        self._channel.send_encoded(reply)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if not isinstance(error, ConnectionLostError):
            log.error("serving a viewer failed", exc_info=error)
        self._channel.abort()

    async def _end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(ConnectionLostError):
            await self._channel.close()

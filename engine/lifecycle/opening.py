"""Opens a sweep to look at it: by its engine where one answers, else by its store."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from engine.client import Connection, connect_socket, greet
from engine.errors import ConnectionLostError, ProtocolError
from engine.protocol.framing import ENGINE_LIMIT, VIEWER_LIMIT, Channel, decode_request

from .places import socket_path

ANSWER_S = 2.0


async def open_sweep(sweep: Path, who: str, *, read_only: bool = False) -> Connection:
    """Connect to a sweep's engine, or else to a session over its store in this process.

    Raises ProtocolError where an engine of another version lives, StoreError where the store
    cannot be read.
    """
    try:
        door = socket_path(sweep)
        return await connect_socket(door, who, read_only=read_only, timeout_s=ANSWER_S)
    except ProtocolError:
        raise
    except ConnectionLostError:
        return await open_stored(sweep, who, read_only=read_only)


async def open_stored(sweep: Path, who: str, *, read_only: bool = False) -> Connection:
    """Connect to a session over a sweep's store, in this process."""
    from engine.server.session import Session
    from engine.server.stored import StoredSource

    source = StoredSource(sweep)
    near, far = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=far, limit=ENGINE_LIMIT)
    session = Session(source, Channel(reader, writer, decode_request))
    serving = asyncio.create_task(session.run())

    async def end() -> None:
        await asyncio.gather(serving, return_exceptions=True)
        source.close()

    reader, writer = await asyncio.open_connection(sock=near, limit=VIEWER_LIMIT)
    return await greet(reader, writer, who, read_only=read_only, on_close=end)

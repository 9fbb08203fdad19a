"""The door: a unix socket that only its owner can use."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import stat
import struct
from contextlib import suppress
from pathlib import Path

from engine.errors import TunerError
from engine.protocol.framing import ENGINE_LIMIT, Channel, decode_request

from .session import Session
from .source import SweepSource

log = logging.getLogger("engine.server")

_CREDENTIALS = struct.Struct("3i")
MOST_VIEWERS = 100


class Listener:
    """Serves a source on a unix socket. `viewers` counts who is attached now."""

    def __init__(self, source: SweepSource, socket_path: Path) -> None:
        self._source = source
        self._path = socket_path
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()
        self._inode = 0

    @property
    def viewers(self) -> int:
        """How many viewers are attached."""
        return len(self._sessions)

    async def start(self) -> None:
        """Open the socket, replacing one that a dead engine left. Raises TunerError."""
        try:
            door = self._bind()
        except OSError as error:
            raise TunerError(f"cannot listen on {self._path}: {error.strerror}") from None
        self._server = await asyncio.start_unix_server(self._enter, sock=door, limit=ENGINE_LIMIT)

    async def close(self) -> None:
        """Hang up on everybody and take the socket away."""
        with suppress(OSError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()
        if self._server is not None:
            self._server.close()
        for task in list(self._sessions):
            task.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    def _bind(self) -> socket.socket:
        """Bind in a folder that only we may enter: whoever calls owns the sweep's lock."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if not stat.S_ISSOCK(self._path.lstat().st_mode):
                raise TunerError(f"{self._path} is in the way: it is no socket")
            self._path.unlink()
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            door.bind(str(self._path))
            self._path.chmod(0o600)
            self._inode = self._path.stat().st_ino
        except BaseException:
            door.close()
            raise
        return door

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or not _is_ours(writer) or len(self._sessions) >= MOST_VIEWERS:
            log.warning("a connection was refused")
            writer.transport.abort()
            return
        self._sessions.add(task)
        try:
            await Session(self._source, Channel(reader, writer, decode_request)).run()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._sessions.discard(task)


def _is_ours(writer: asyncio.StreamWriter) -> bool:
    """Whether the process at the other end is ours, or root's."""
    peer: socket.socket = writer.get_extra_info("socket")
    raw = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(raw)
    return uid in (0, os.getuid())

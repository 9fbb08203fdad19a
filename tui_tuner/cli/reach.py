"""Reaching a sweep for the time of one verb."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from engine.client import Connection
from engine.errors import ConnectionLostError
from engine.lifecycle import open_sweep
from engine.protocol.messages import Request

Result = TypeVar("Result")

MOST_LEAVINGS = 3
"""Engines that may leave in the middle of one look."""


def who() -> str:
    """Name the person for the history: user@terminal, or user@host where there is no terminal."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        try:
            return f"{user}@{os.ttyname(stream.fileno()).removeprefix('/dev/')}"
        except (OSError, ValueError, AttributeError):
            continue
    return f"{user}@{socket.gethostname()}"


def with_sweep(
    sweep: Path, action: Callable[[Connection], Awaitable[Result]], *, read_only: bool = True
) -> Result:
    """Connect to a sweep, do something with the connection, and give what that gives."""

    async def run() -> Result:
        connection = await open_sweep(sweep, who(), read_only=read_only)
        try:
            return await action(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def look(
    sweep: Path, action: Callable[[Connection], Awaitable[Result]], *, read_only: bool = True
) -> Result:
    """Do with a connection what may be done twice, and give what that gives.

    An engine that leaves meanwhile is reached again, or its database is: `action` is then begun
    anew, and goes on from what it keeps.
    """
    for _ in range(MOST_LEAVINGS):
        with suppress(ConnectionLostError):
            return with_sweep(sweep, action, read_only=read_only)
    return with_sweep(sweep, action, read_only=read_only)


def ask(sweep: Path, *requests: Request) -> list[Any]:
    """Ask a sweep these things, in order; give the results. They change nothing."""

    async def ask_all(connection: Connection) -> list[Any]:
        return [await connection.request(request) for request in requests]

    return look(sweep, ask_all)

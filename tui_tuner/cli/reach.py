"""Reaching a sweep for the time of one verb."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from engine.client import Connection
from engine.errors import ConnectionLostError
from engine.lifecycle import open_sweep
from engine.protocol.messages import Request

Result = TypeVar("Result")


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


def ask(sweep: Path, *requests: Request) -> list[Any]:
    """Ask a sweep these things, in order; give the results. They change nothing: an engine that
    leaves meanwhile is asked again, or its database is."""

    async def ask_all(connection: Connection) -> list[Any]:
        return [await connection.request(request) for request in requests]

    try:
        return with_sweep(sweep, ask_all)
    except ConnectionLostError:
        return with_sweep(sweep, ask_all)

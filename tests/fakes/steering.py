"""Looking at a sweep and steering it, as a verb of the command line does."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

from engine.core.acts import Act
from engine.core.views import SweepView
from engine.lifecycle import open_sweep
from engine.protocol.messages import ActResult, DoAct, GetStatus, Request


def status(sweep: Path) -> SweepView:
    """The sweep as its engine shows it, or as stored where none answers."""
    view: SweepView = _ask(sweep, GetStatus(id=0), read_only=True)
    return view


def do(sweep: Path, act: Act, *, request: str | None = None) -> ActResult:
    """Do something to a sweep, returning once it is stored; the same `request` is done once."""
    asked = DoAct(id=0, request=request or uuid.uuid4().hex, act=act)
    result: ActResult = _ask(sweep, asked, read_only=False)
    return result


def _ask(sweep: Path, request: Request, *, read_only: bool) -> Any:
    async def ask() -> Any:
        connection = await open_sweep(sweep, "a test", read_only=read_only)
        try:
            return await connection.request(request)
        finally:
            await connection.close()

    return asyncio.run(ask())

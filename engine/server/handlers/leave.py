"""Sending an engine home."""

from __future__ import annotations

from engine.errors import ActError
from engine.protocol.messages import Leave

from .base import Viewer


async def leave(viewer: Viewer, request: Leave) -> bool:
    """Ask the engine to leave if its sweep has ended; say whether it will."""
    if viewer.read_only:
        raise ActError("this connection is read-only")
    return viewer.source.leave()

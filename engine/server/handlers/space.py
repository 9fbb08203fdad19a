"""What is searched."""

from __future__ import annotations

from engine.protocol.messages import GetSpace, Space

from .base import Viewer


async def get_space(viewer: Viewer, request: GetSpace) -> Space:
    """Show the parameters as searched now."""
    return viewer.source.space()

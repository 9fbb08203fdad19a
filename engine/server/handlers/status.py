"""The sweep."""

from __future__ import annotations

from engine.core.views import SweepView
from engine.protocol.messages import GetStatus

from .base import Viewer


async def get_status(viewer: Viewer, request: GetStatus) -> SweepView:
    """Show the sweep now."""
    return viewer.source.status()

"""Who decided what."""

from __future__ import annotations

from engine.core.acts import Decision
from engine.protocol.messages import GetHistory

from .base import Viewer


async def get_history(viewer: Viewer, request: GetHistory) -> list[Decision]:
    """Give the newest decisions, oldest first."""
    decisions = viewer.source.decisions()
    if request.limit is None:
        return list(decisions)
    return decisions[-request.limit :] if request.limit > 0 else []

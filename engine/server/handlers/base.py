"""What every handler gets, and what all handlers are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from engine.server.source import SweepSource


class Viewer(Struct, frozen=True, kw_only=True):
    """Who asks, and of what."""

    source: SweepSource
    who: str
    read_only: bool


Handler = Callable[[Viewer, Any], Awaitable[Any]]
"""Answers one kind of request. Raises TunerError where it refuses; runs on the event loop."""

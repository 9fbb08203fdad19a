"""Whether a sweep starts trials."""

from __future__ import annotations

from enum import StrEnum


class Scheduling(StrEnum):
    """Whether trials are started."""

    OPEN = "open"
    """Waiting trials start as slots come free."""
    PAUSED = "paused"
    """Nothing starts until a person continues; what runs goes on."""
    DRAINING = "draining"
    """Asked to stop: nothing starts, what runs may finish."""
    LIMITED = "limited"
    """A limit was reached: only what a person asked for starts, what runs may finish."""
    ENDED = "ended"
    """Nothing runs, nothing will start."""

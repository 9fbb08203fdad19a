"""When an app in the test's own event loop has done all it was given to do."""

from __future__ import annotations

import asyncio
from typing import Any

SOON_S = 0.03
"""A timer due so soon belongs to what goes on; a later one is waited for by who needs it."""
PATIENCE_S = 5.0
_TURNS = 3
"""Turns without work in a row: what comes from threads and pipes takes one to be noticed."""


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = PATIENCE_S) -> None:
    """Wait until the loop has nothing left to run, now or soon.

    Textual's own compares the time of the CPU with that of the clock: on a busy box it takes a
    process that waits for a core for one that is done, and it sleeps where there is nothing to do.
    """
    loop: Any = asyncio.get_running_loop()
    deadline = loop.time() + max_sleep
    await asyncio.sleep(min_sleep)
    calm = 0
    while calm < _TURNS and loop.time() < deadline:
        await asyncio.sleep(0)
        dues = (timer.when() for timer in loop._scheduled if not timer.cancelled())
        left_s = min(dues, default=deadline) - loop.time()
        if loop._ready or left_s < SOON_S:
            calm = 0
            await asyncio.sleep(0 if loop._ready else max(0.0, left_s))
        else:
            calm += 1

"""Ctrl-C as something to count, not something to die of."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """Within its `with` block, in the main thread, each Ctrl-C is kept until `next` takes it."""

    def __init__(self) -> None:
        self._count = 0
        self._wake: Callable[[], object] = lambda: None
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        self._before = signal.signal(signal.SIGINT, self._take)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    async def next(self) -> None:
        """Wait for the next Ctrl-C that nobody has taken yet."""
        arrived = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._wake = lambda: loop.call_soon_threadsafe(arrived.set)
        while not self._count:
            await arrived.wait()
        self._count -= 1

    def _take(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        self._wake()

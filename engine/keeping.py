"""Samples on their way to the store: they ride with a commit, and hold none up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from engine.store.base import Batch, DeviceSample, UsageSample

KEEP_S = 5.0
"""How long samples wait for a commit to ride with before they are written by themselves."""
MOST_WAITING = 5000
"""Samples that wait at the same time; further ones are dropped."""


class Samples:
    """What waits to be written. `write` takes a batch of samples alone, and calls back when done.

    One such batch is under way at a time. Nothing is ever promised: who stops the engine, pulls
    the plug or fills the disk loses the last few seconds.
    """

    def __init__(self, write: Callable[[Batch, Callable[[], None]], None]) -> None:
        self._write = write
        self._usage: list[UsageSample] = []
        self._devices: list[DeviceSample] = []
        self._timer: asyncio.TimerHandle | None = None
        self._under_way = False

    def add(self, usage: Iterable[UsageSample], devices: Iterable[DeviceSample]) -> None:
        """Have samples written soon."""
        if len(self._usage) + len(self._devices) < MOST_WAITING:
            self._usage += usage
            self._devices += devices
        self._look()

    def join(self, batch: Batch) -> None:
        """Let all that waits ride with a batch."""
        batch.usage += self._usage
        batch.device_samples += self._devices
        self.drop()

    def drop(self) -> None:
        """Forget what waits."""
        self._usage, self._devices = [], []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def write(self) -> None:
        """Write what waits now, by itself."""
        if not self._usage and not self._devices:
            return
        batch = Batch()
        self.join(batch)
        self._under_way = True
        self._write(batch, self._written)

    def _written(self) -> None:
        self._under_way = False
        self._look()

    def _look(self) -> None:
        waits = bool(self._usage or self._devices)
        if waits and self._timer is None and not self._under_way:
            self._timer = asyncio.get_running_loop().call_later(KEEP_S, self.write)

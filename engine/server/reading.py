"""What any source reads from the store: it is too much to be held in memory."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from engine.store.base import DeviceSample, Point, StoreReader, UsageSample

from .source import SweepSource

T = TypeVar("T")


class ReadingSource(SweepSource):
    """Reads curves and samples in a thread, each time through a reader of that thread's own."""

    @abstractmethod
    def _open_reader(self) -> StoreReader:
        """A reader that is closed after one question."""

    async def series(self, number: int) -> dict[str, list[Point]]:
        return await asyncio.to_thread(self._read, lambda reader: reader.series(number))

    async def usage_of(self, number: int) -> list[UsageSample]:
        return await asyncio.to_thread(self._read, lambda reader: reader.usage(number))

    async def device_history(self, device: str, since: float) -> list[DeviceSample]:
        return await asyncio.to_thread(self._read, partial(_device_samples, device, since))

    def _read(self, question: Callable[[StoreReader], T]) -> T:
        """Ask the store. Blocks."""
        reader = self._open_reader()
        try:
            return question(reader)
        finally:
            reader.close()


def _device_samples(device: str, since: float, reader: StoreReader) -> list[DeviceSample]:
    return reader.device_samples(device, since)

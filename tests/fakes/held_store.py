"""A store whose disk a test holds in its hand."""

from __future__ import annotations

import threading

from engine.store.base import Batch
from engine.store.memory import MemoryStore


class HeldStore(MemoryStore):
    """Counts its transactions; waits in each while held, and fails as told."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions: list[Batch] = []
        self.entered = threading.Event()
        self.released = threading.Event()
        self.released.set()
        self.failure: Exception | None = None
        self.closed = False

    def hold(self) -> None:
        """Let the next write begin and not end until `released` is set."""
        self.entered.clear()
        self.released.clear()

    def write(self, batch: Batch) -> None:
        self.entered.set()
        self.released.wait()
        if self.failure is not None:
            raise self.failure
        super().write(batch)
        self.transactions.append(batch)

    def close(self) -> None:
        self.closed = True

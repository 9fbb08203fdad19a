"""Writing from an event loop: one thread owns the store, and commits in groups."""

from __future__ import annotations

import asyncio
import logging
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import StoreError, StoreFullError

from .base import Batch, Store
from .disk import DiskWatch, OnFull
from .filesystem import floor_bytes
from .grouping import first_group, merged

OnDone = Callable[[BaseException | None], None]
"""Called once a batch is committed, or with the error that keeps it from ever being."""

RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Writer(ABC):
    """Takes batches from one thread, the event loop's, and writes them in their order.

    A batch may not be changed once submitted. After a failure other than a full disk nothing
    more is written: every later batch is answered with the same error, so that the log has no
    hole.
    """

    @abstractmethod
    def submit(self, batch: Batch, on_done: OnDone) -> None:
        """Write a batch; `on_done` is called in the same thread, in the order of submission."""

    @abstractmethod
    def poke(self) -> None:
        """Try at once whether a full disk has space again."""

    @abstractmethod
    async def flush(self) -> None:
        """Wait until all that was submitted is written. Raises what kept it from being."""

    @abstractmethod
    def close(self) -> None:
        """Write what can be written, answer what cannot with its error, and close the store."""


class SyncWriter(Writer):
    """Writes each batch before `submit` returns: for simulations, which have no loop to spare."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._failure: StoreError | None = None

    def submit(self, batch: Batch, on_done: OnDone) -> None:
        if self._failure is None:
            try:
                self._store.write(batch)
            except StoreError as error:
                self._failure = error
        on_done(self._failure)

    def poke(self) -> None:
        """Nothing ever waits."""

    async def flush(self) -> None:
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        self._store.close()


class StoreWriter(Writer):
    """Writes in a thread of its own; what is submitted during a write shares the next one.

    A full disk loses nothing: the batches wait, and are tried again every second and at each
    `poke`; `on_full` is called in the loop. Make it in a running event loop; it owns the store
    from then on. Free space is measured in `directory`; below `floor` bytes (by default
    TUI_TUNER_DISK_FLOOR_MB, or 64 MB) `on_full` says so while writing goes on.
    """

    def __init__(
        self,
        store: Store,
        *,
        directory: Path,
        on_full: OnFull,
        floor: int | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        self._store = store
        self._loop = asyncio.get_running_loop()
        self._disk = DiskWatch(
            directory,
            floor_bytes() if floor is None else floor,
            lambda full, text: self._in_loop(on_full, full, text),
        )
        self._retry_s = retry_s
        self._changed = threading.Condition()
        self._queue: deque[tuple[Batch, OnDone]] = deque()
        self._poked = False
        self._closing = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, batch: Batch, on_done: OnDone) -> None:
        with self._changed:
            if self._closing:
                raise RuntimeError("a batch was submitted to a closed writer")
            self._queue.append((batch, on_done))
            self._changed.notify()

    def poke(self) -> None:
        with self._changed:
            self._poked = True
            self._changed.notify()

    async def flush(self) -> None:
        written: asyncio.Future[None] = self._loop.create_future()
        self.submit(Batch(), lambda error: _settle(written, error))
        await written

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        """Do the writer's thread."""
        while self._wait():
            self._disk.measure()
            self._write_group()
        try:
            self._store.close()
        except StoreError:
            _log.exception("the store did not close well")

    def _wait(self) -> bool:
        """Wait for something to do; False once the writer is closing and all is answered."""
        with self._changed:
            timeout = self._retry_s if self._disk.troubled else None
            self._changed.wait_for(self._is_roused, timeout)
            self._poked = False
            return bool(self._queue) or not self._closing

    def _is_roused(self) -> bool:
        ready = bool(self._queue) and not self._disk.full
        return ready or self._poked or self._closing

    def _write_group(self) -> None:
        """Write the head of the queue as one batch; it leaves the queue once it is answered."""
        with self._changed:
            group = first_group(self._queue, lambda entry: entry[0])
        if not group:
            return
        try:
            if self._failure is None:
                self._store.write(merged(batch for batch, _ in group))
                self._disk.accepted()
        except StoreFullError as error:
            self._disk.refused(str(error))
            if not self._closing:
                return
            self._failure = error
        except Exception as error:  # noqa: BLE001 - whoever waits for the batch gets it
            _log.exception("the store cannot be written")
            self._failure = error
        self._answer(len(group))

    def _answer(self, count: int) -> None:
        with self._changed:
            callbacks = [self._queue.popleft()[1] for _ in range(count)]
        self._in_loop(_call_each, self._loop, callbacks, self._failure)

    def _in_loop(self, function: Callable[..., None], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            _log.debug("the loop ended before the writer")


def _call_each(
    loop: asyncio.AbstractEventLoop, callbacks: list[OnDone], error: BaseException | None
) -> None:
    """Call each by itself: a callback that raises must not keep the others from theirs."""
    for callback in callbacks:
        loop.call_soon(callback, error)


def _settle(written: asyncio.Future[None], error: BaseException | None) -> None:
    if written.done():
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(error)

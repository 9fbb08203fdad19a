"""Follows the files of many attempts from one thread, by polling: that works on NFS as well."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError

from .base import Harvest
from .tail import Tail

BUSY_S = 0.02
IDLE_S = 0.25
CLOSE_S = 1.0
MAX_BATCH = 5_000
"""Reports after which a batch is handed on before the round is over."""

log = logging.getLogger(__name__)


class Tailer:
    """Polls tails in a thread of its own; its methods may be called from any thread.

    `on_harvest` gets what was found, of each attempt in order, on that thread. It may block to
    slow the reading down, but must not wait for a thread that is inside a method of the tailer.
    Polls come every 20 ms while there is news and ever more rarely, to 250 ms, while there is
    none; without tails there are no polls.
    """

    def __init__(
        self,
        on_harvest: Callable[[list[Harvest]], None],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._on_harvest = on_harvest
        self._clock = clock
        self._tails: dict[tuple[int, int], Tail] = {}
        self._lock = threading.Lock()
        self._batch: list[Harvest] = []
        self._batch_size = 0
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to poll; called once."""
        self._thread = threading.Thread(target=self._run, name="tailer", daemon=True)
        self._thread.start()

    def add(self, tail: Tail) -> None:
        """Follow one more attempt. Never waits, whatever `on_harvest` waits for."""
        self._tails[tail.trial, tail.attempt] = tail
        self._wake.set()

    def remove(self, trial: int, attempt: int) -> None:
        """Follow an attempt no more; unknown ones are ignored."""
        self._tails.pop((trial, attempt), None)

    def poll_now(self, trial: int, attempt: int) -> list[Harvest]:
        """Read an attempt's files as far as they go now; all found earlier was handed on before."""
        with self._lock:
            self._hand_on()
            tail = self._tails.get((trial, attempt))
            return [] if tail is None else self._drain(tail, Tail.poll)

    def poll_final(self, trial: int, attempt: int) -> list[Harvest]:
        """Read to the end what an ended attempt wrote, and follow it no more.

        All found earlier, and most of what is much, was handed to `on_harvest` before this
        returns, in this thread. Raises CancelledError where that was not taken because the
        reading ends: the attempt's end must then not be recorded, so that the next engine reads
        all of it.
        """
        with self._lock:
            self._hand_on()
            tail = self._tails.pop((trial, attempt), None)
        return [] if tail is None else self._drain(tail, Tail.poll_final)

    def close(self) -> None:
        """Stop polling; nothing more is handed on.

        Waits for the thread, but not for ever: it may stand in an `on_harvest` that waits for the
        caller.
        """
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(CLOSE_S)

    def _drain(self, tail: Tail, poll: Callable[[Tail, float], Harvest | None]) -> list[Harvest]:
        """Read on while there is more; give what was not handed on."""
        found: list[Harvest] = []
        while True:
            harvest = poll(tail, self._clock())
            if harvest is not None:
                found.append(harvest)
            if not tail.more:
                return found
            if sum(len(each.reports) for each in found) >= MAX_BATCH:
                self._give(found)
                found = []

    def _run(self) -> None:
        pause = BUSY_S
        while not self._closing:
            news = self._poll_or_log()
            pause = BUSY_S if news else min(IDLE_S, pause * 1.5)
            if self._wake.wait(pause if self._tails else None):
                self._wake.clear()
                pause = BUSY_S

    def _poll_or_log(self) -> bool:
        try:
            return self._poll_all()
        except CancelledError:
            return False
        except Exception:
            log.exception("reports were not taken")
            return True

    def _poll_all(self) -> bool:
        keys = list(self._tails)
        news = False
        for key in keys:
            with self._lock:
                tail = self._tails.get(key)
                if tail is None:
                    continue
                harvest = tail.poll(self._clock())
                news = news or harvest is not None or tail.more
                if harvest is not None:
                    self._collect(harvest)
        with self._lock:
            self._hand_on()
        return news

    def _collect(self, harvest: Harvest) -> None:
        self._batch.append(harvest)
        self._batch_size += len(harvest.reports)
        if self._batch_size >= MAX_BATCH:
            self._hand_on()

    def _hand_on(self) -> None:
        batch, self._batch, self._batch_size = self._batch, [], 0
        if batch:
            self._give(batch)

    def _give(self, batch: list[Harvest]) -> None:
        if self._closing:
            raise CancelledError
        self._on_harvest(batch)

"""From the reading thread to the event loop: harvests in order, with back-pressure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import CancelledError

from engine.executors.base import AttemptSpec
from engine.ingest.base import Harvest
from engine.ingest.patterns import compile_pattern
from engine.ingest.tail import Tail
from engine.ingest.tailer import Tailer


class ThreadedTails:
    """Reads attempts' files in one thread and hands what it finds to `take` on the loop.

    The thread waits until the loop has taken a harvest before it reads on, and the loop takes none
    before those taken earlier are `committed`: a flood of reports, or a full disk, fills files
    rather than the engine's memory. Between two harvests the loop gets to everything else.
    """

    def __init__(
        self,
        take: Callable[[Harvest], None],
        *,
        committed: Callable[[], Awaitable[None]],
        objective: str,
        patterns: Sequence[str],
    ) -> None:
        self._take = take
        self._committed = committed
        self._objective = objective
        self._patterns = [compile_pattern(pattern) for pattern in patterns]
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._tailer = Tailer(self._deliver)
        self._tailer.start()

    def watch(self, spec: AttemptSpec, offsets: dict[str, int]) -> None:
        """Begin to read an attempt's files from these offsets."""
        tail = Tail(
            spec.trial,
            spec.attempt,
            spec.attempt_dir,
            offsets=offsets,
            objective=self._objective,
            patterns=self._patterns,
        )
        self._tailer.add(tail)

    async def finish(self, trial: int, attempt: int) -> list[Harvest]:
        """Read to the very end and stop watching; all earlier harvests have been taken.

        Is cancelled where the reading ends before that.
        """
        try:
            return await asyncio.to_thread(self._tailer.poll_final, trial, attempt)
        except CancelledError:
            raise asyncio.CancelledError from None

    def close(self) -> None:
        """Stop reading; what was not read is read by the next engine."""
        self._closed = True
        self._tailer.close()

    def _deliver(self, harvests: list[Harvest]) -> None:
        """Called in the reading thread."""
        if self._closed:
            raise CancelledError
        asyncio.run_coroutine_threadsafe(self._take_all(harvests), self._loop).result()

    async def _take_all(self, harvests: list[Harvest]) -> None:
        await self._committed()
        for harvest in harvests:
            self._take(harvest)
            await asyncio.sleep(0)

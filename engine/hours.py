"""The limit `hours`: a timer over the time that engines were at work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from engine.core.events import LimitReached
from engine.core.state import Scheduling
from engine.publisher import Publisher

HOURS_RETRY_S = 1.0


class Hours:
    """Ends the sweep once `limits.hours` of work are over."""

    def __init__(self, publisher: Publisher, clock: Callable[[], float]) -> None:
        self._record = publisher.record
        self._state = publisher.journal.machine.state
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    def look(self) -> None:
        """Set the timer while the sweep goes on, and forget it once it has ended.

        A sweep that has ended stops its watch: after `resume` the time left is another.
        """
        hours = self._state.plan.limits.hours
        if self._state.ended_at is not None:
            self.forget()
        elif hours is not None and self._timer is None:
            left = hours * 3600 - self._state.watch.elapsed(self._clock())
            self._call_when_over(left, hours)

    def forget(self) -> None:
        """Take the timer back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _call_when_over(self, left_s: float, hours: float) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(0.0, left_s), self._over, hours)

    def _over(self, hours: float) -> None:
        if self._state.scheduling is Scheduling.DRAINING:
            self._call_when_over(HOURS_RETRY_S, hours)
            return
        sentence = f"{hours:g} hours are over"
        self._record(LimitReached(at=self._clock(), limit="hours", sentence=sentence))

"""The limits of time, `hours` and `slot_hours`: a timer to the one that is over first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from engine.core.events import LimitReached
from engine.core.limits import TimeLimit, time_left
from engine.core.state import Scheduling
from engine.publisher import Publisher

RETRY_S = 1.0
"""While the sweep is stopping, which comes before any limit."""

NOTHING_S = 0.001


class Hours:
    """Ends the sweep once its hours of work, or its slots' hours, are over."""

    def __init__(self, publisher: Publisher, clock: Callable[[], float]) -> None:
        self._record = publisher.record
        self._state = publisher.journal.machine.state
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    def look(self) -> None:
        """Set the timer anew while a limit can be reached; slots may have been taken or freed.

        A sweep that has ended stops its watch: after `resume` the time left is another.
        """
        self.forget()
        if self._state.scheduling in (Scheduling.LIMITED, Scheduling.ENDED):
            return
        first = time_left(self._state, self._clock())
        if first is not None:
            draining = self._state.scheduling is Scheduling.DRAINING
            self._call_after(max(first.left_s, RETRY_S if draining else 0.0))

    def forget(self) -> None:
        """Take the timer back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _call_after(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._over)

    def _over(self) -> None:
        now = self._clock()
        first: TimeLimit | None = time_left(self._state, now)
        over = first is not None and first.left_s <= NOTHING_S
        if over and first is not None and self._state.scheduling is not Scheduling.DRAINING:
            self._record(LimitReached(at=now, limit=first.limit, sentence=first.sentence))
        else:
            self.look()

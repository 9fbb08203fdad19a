"""How often the screen follows what the engine tells."""

from __future__ import annotations

from collections.abc import Callable


class Pace:
    """Calls `paint` when asked, at most so often a second; the last request is never lost.

    `later` calls something after some seconds; `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        paint: Callable[[], object],
        per_second: float,
        later: Callable[[float, Callable[[], object]], object],
        clock: Callable[[], float],
    ) -> None:
        self._paint = paint
        self._period_s = 1 / per_second
        self._later = later
        self._clock = clock
        self._next_at = float("-inf")
        self._waiting = False

    def ask(self) -> None:
        """Paint now, or as soon as the pace allows."""
        if self._waiting:
            return
        left_s = self._next_at - self._clock()
        if left_s <= 0:
            self._now()
        else:
            self._waiting = True
            self._later(left_s, self._now)

    def _now(self) -> None:
        self._waiting = False
        self._next_at = self._clock() + self._period_s
        self._paint()

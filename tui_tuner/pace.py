"""How often the screen follows what the engine tells."""

from __future__ import annotations

from collections.abc import Callable

PATIENCE_PERIODS = 5
"""How long keys that never cease may keep off what was asked for."""


class Pace:
    """Calls `paint` when asked, at most so often a second; the last request is never lost.

    Right after a key, `give_way` keeps the way free for what answers it.

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
        self._free_at = float("-inf")
        self._latest_at = float("-inf")
        self._waiting = False

    def ask(self) -> None:
        """Paint now, or as soon as the pace allows."""
        if self._waiting:
            return
        now = self._clock()
        self._latest_at = now + PATIENCE_PERIODS * self._period_s
        self._come(now)

    def give_way(self) -> None:
        """Paint nothing for half a period, unless that was put off for long."""
        self._free_at = self._clock() + self._period_s / 2

    def _come(self, now: float) -> None:
        left_s = max(self._next_at, min(self._free_at, self._latest_at)) - now
        if left_s <= 0:
            self._now()
        else:
            self._waiting = True
            self._later(left_s, self._again)

    def _again(self) -> None:
        """Paint, unless a key came meanwhile."""
        now = self._clock()
        if now < min(self._free_at, self._latest_at):
            self._come(now)
        else:
            self._now()

    def _now(self) -> None:
        self._waiting = False
        self._next_at = self._clock() + self._period_s
        self._paint()

"""The time that the screens tell."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer


class Seconds:
    """While anything counts it goes on by whole seconds, so that a push repaints what it changes
    and no times; else it is what the clock says, and no timer runs."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._timer: Timer | None = None
        self._counts = False
        self._ticked_at = 0.0

    @property
    def now(self) -> float:
        return self._ticked_at if self._counts else self._clock()

    def begin(self, timer: Timer) -> None:
        """Take the timer, paused as it is, that calls for each tick."""
        self._timer = timer

    def tell(self, counts: bool) -> None:
        """Go on by seconds while anything on the screen tells the time, else not at all."""
        if self._timer is None or counts == self._counts:
            return
        self._counts = counts
        self.tick()
        if counts:
            self._timer.resume()
        else:
            self._timer.pause()

    def tick(self) -> None:
        """Tell the time as it is now."""
        self._ticked_at = self._clock()

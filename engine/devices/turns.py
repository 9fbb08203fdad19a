"""How often something may go back and forth: each turn is an event, stored as long as the sweep."""

from __future__ import annotations

from msgspec import Struct

MOST = 4.0
AGAIN_S = 60.0


class Turns(Struct):
    """Some turns in a row are free; after these there is another one each minute."""

    left: float = MOST
    at: float = 0.0

    def may(self, now: float) -> bool:
        """Whether there is a turn left."""
        return self._left(now) >= 1.0

    def take(self, now: float) -> None:
        """Use a turn up, whether there is one or not."""
        self.left, self.at = max(0.0, self._left(now) - 1.0), now

    def _left(self, now: float) -> float:
        return min(MOST, self.left + (now - self.at) / AGAIN_S)

"""When garbage is looked for: while nobody waits for what a key does.

Left to itself the interpreter looks in the midst of painting, for a twentieth of a second.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Protocol

AFTER_S = 0.06
"""From a key or a push until it has been answered, most likely. A lone Esc is known a tenth of a
second late: whoever opens and closes screens at a steady pace would never leave room for a look."""
RESTED_S = 2.0
"""From the last key until a longer look is not in the way."""
LITTLE, MUCH = 4_000, 40_000
"""New objects that are worth a look on the first screen, and on one that is soon left: what is
opened and closed between two looks is all among the new ones."""
OLDER, OLDEST = 10, 25
"""Looks at the new objects until those that outlived one are looked through, and so on."""


class Stoppable(Protocol):
    """A call that is due later."""

    def stop(self) -> None:
        """Call it off."""


class Tidying:
    """Looks for garbage soon after it is told that something happened.

    `later` calls something after some seconds; `much` says how many new objects are worth a look,
    and `heard` when anything was typed last, taken up or not.
    """

    def __init__(
        self,
        later: Callable[[float, Callable[[], object]], Stoppable],
        much: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        heard: Callable[[], float] = lambda: float("-inf"),
    ) -> None:
        self._heard = heard
        self._later = later
        self._much = much
        self._clock = clock
        self._due: Stoppable | None = None
        self._key_at = float("-inf")

    def key(self) -> None:
        """A key came: what was due has to wait."""
        self._key_at = self._clock()
        if self._due is not None:
            self._due.stop()
        self._due = self._later(AFTER_S, self._look)

    def painted(self) -> None:
        """Something else was shown: what a person at the keys leaves behind is looked for after
        a key, when the next is furthest."""
        if self._due is None and self._rested:
            self._due = self._later(AFTER_S, self._look)

    @property
    def _rested(self) -> bool:
        return self._clock() >= self._key_at + RESTED_S

    def _look(self) -> None:
        self._due = None
        if self._clock() < self._heard() + AFTER_S:
            self._due = self._later(AFTER_S, self._look)
            return
        found = worth(gc.get_count(), self._much())
        if found and not self._rested:
            self._due = self._later(RESTED_S, self._look)
            found = 0 if gc.get_count()[0] > self._much() else None
        if found is not None:
            gc.collect(found)


def worth(counts: tuple[int, int, int], much: int) -> int | None:
    """Say up to which generation a look is worth it, by what has come since the last."""
    if counts[2] >= OLDEST:
        return 2
    if counts[1] >= OLDER:
        return 1
    return 0 if counts[0] > much else None

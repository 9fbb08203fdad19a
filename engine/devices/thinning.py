"""Which samples are kept: the longer something has lasted, the fewer of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

FIRST_S = 2.0
OF_AGE = 100
"""An attempt's samples lie so small a part of its age apart: some 400 a day, 100 the next."""
DEVICE_S = 30.0


class Thinning:
    """Remembers when what was last kept."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, float] = {}

    def is_due(self, key: Hashable, now: float, every_s: float) -> bool:
        """Whether to keep a sample of `key` now; if so, that counts as done.

        A clock that was set back makes it due.
        """
        if (before := self._kept.get(key)) is not None and 0 <= now - before < every_s:
            return False
        self._kept[key] = now
        return True

    def keep(self, keys: Iterable[Hashable]) -> None:
        """Forget all but these."""
        wanted = set(keys)
        self._kept = {key: at for key, at in self._kept.items() if key in wanted}


def apart_s(age_s: float) -> float:
    """How far apart the samples of an attempt of that age are."""
    return max(FIRST_S, age_s / OF_AGE)

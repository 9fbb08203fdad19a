"""What each attempt uses of its device, in steps a person can see: small moves change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from .base import Key, Reading

UTIL_STEP = 2
"""Percent by which a utilisation must move to be shown anew."""
PEAK_STEP = 1.01
"""By what factor a peak must grow to be shown anew."""


class Usage(Struct, frozen=True, kw_only=True):
    """What is shown of an attempt: whole percent, and the most memory seen, in bytes."""

    util: float | None = None
    peak_memory: int | None = None


class Usages:
    """The usage of every attempt that runs; `peak` is exact, what is shown goes in steps."""

    def __init__(self) -> None:
        self._shown: dict[Key, Usage] = {}
        self._peaks: dict[Key, int] = {}

    def take(self, readings: Mapping[Key, Reading]) -> set[int]:
        """Take in a look at attempts; give the trials that show something else now."""
        changed = set()
        for key, reading in readings.items():
            if reading.memory is not None:
                self._peaks[key] = max(reading.memory, self._peaks.get(key, 0))
            before = self._shown.get(key, Usage())
            after = _stepped(before, reading, self._peaks.get(key))
            if after != before:
                self._shown[key] = after
                changed.add(key[0])
        return changed

    def keep(self, running: Iterable[Key]) -> None:
        """Forget all attempts but these."""
        wanted = set(running)
        for key in [key for key in self._shown if key not in wanted]:
            del self._shown[key]
        for key in [key for key in self._peaks if key not in wanted]:
            del self._peaks[key]

    def of(self, trial: int, attempt: int) -> Usage:
        """What an attempt shows; nothing where it was not looked at."""
        return self._shown.get((trial, attempt), Usage())

    def peak(self, trial: int, attempt: int) -> int | None:
        """The most memory that an attempt was seen with, in bytes."""
        return self._peaks.get((trial, attempt))


def _stepped(before: Usage, reading: Reading, peak: int | None) -> Usage:
    util, shown = before.util, before.peak_memory
    if reading.util is None or util is None or abs(reading.util - util) >= UTIL_STEP:
        util = None if reading.util is None else float(round(reading.util))
    if peak and (shown is None or peak >= shown * PEAK_STEP):
        shown = peak
    return Usage(util=util, peak_memory=shown)

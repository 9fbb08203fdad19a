"""What each attempt uses of its device, in steps a person can see: small moves change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from .base import Key, Reading

UTIL_STEP = 2
"""Percent by which a utilisation must move to be shown anew."""
CPU_STEP = 5
"""The same of the share of the cores that a trial on a GPU uses."""
MEMORY_STEP = 1.02
"""By what factor the memory held must change to be shown anew."""
PEAK_STEP = 1.01
"""By what factor a peak must grow to be shown anew."""


class Usage(Struct, frozen=True, kw_only=True):
    """What is shown of an attempt: whole percent; bytes held now, and the most seen."""

    util: float | None = None
    memory: int | None = None
    peak_memory: int | None = None
    cpu_util: float | None = None


class _Sums(Struct):
    """What an attempt came to so far: exact, for when it has ended."""

    peak: int | None = None
    util: float = 0.0
    utils: int = 0
    memories: int = 0


class Usages:
    """The usage of every attempt that runs; sums are exact, what is shown goes in steps."""

    def __init__(self) -> None:
        self._shown: dict[Key, Usage] = {}
        self._sums: dict[Key, _Sums] = {}

    def take(
        self, readings: Mapping[Key, Reading], cpu: Mapping[Key, float | None] | None = None
    ) -> set[int]:
        """Take in a look at attempts; give the trials that show something else now.

        `cpu` is what attempts on GPUs use of their share of the cores.
        """
        changed = set()
        for key, reading in readings.items():
            sums = self._sums.setdefault(key, _Sums())
            _add(sums, reading)
            before = self._shown.get(key, Usage())
            cpu_util = cpu.get(key, before.cpu_util) if cpu is not None else before.cpu_util
            after = Usage(
                util=_stepped(before.util, reading.util, UTIL_STEP),
                memory=_held(before.memory, reading.memory),
                peak_memory=_peak(before.peak_memory, sums.peak),
                cpu_util=_stepped(before.cpu_util, cpu_util, CPU_STEP),
            )
            if after != before:
                self._shown[key] = after
                changed.add(key[0])
        return changed

    def keep(self, running: Iterable[Key]) -> None:
        """Forget all attempts but these."""
        wanted = set(running)
        self._shown = {key: usage for key, usage in self._shown.items() if key in wanted}
        self._sums = {key: sums for key, sums in self._sums.items() if key in wanted}

    def of(self, trial: int, attempt: int) -> Usage:
        """What an attempt shows; nothing where it was not looked at."""
        return self._shown.get((trial, attempt), Usage())

    def peak(self, trial: int, attempt: int) -> int | None:
        """The most memory that an attempt was seen with, in bytes."""
        sums = self._sums.get((trial, attempt))
        return sums.peak if sums is not None else None

    def looks(self, trial: int, attempt: int) -> int:
        """How many looks found memory that an attempt holds."""
        sums = self._sums.get((trial, attempt))
        return sums.memories if sums is not None else 0

    def mean_util(self, trial: int, attempt: int) -> float | None:
        """How busy an attempt kept its device, over all looks, in percent."""
        sums = self._sums.get((trial, attempt))
        return sums.util / sums.utils if sums is not None and sums.utils else None


def _add(sums: _Sums, reading: Reading) -> None:
    if reading.memory is not None:
        sums.peak = max(reading.memory, sums.peak or 0)
        sums.memories += 1
    if reading.util is not None:
        sums.util += reading.util
        sums.utils += 1


def _stepped(before: float | None, now: float | None, step: float) -> float | None:
    if now is None or (before is not None and abs(now - before) < step):
        return before if now is not None else None
    return float(round(now))


def _held(before: int | None, now: int | None) -> int | None:
    if before and now and before / MEMORY_STEP < now < before * MEMORY_STEP:
        return before
    return now


def _peak(before: int | None, peak: int | None) -> int | None:
    if peak and (before is None or peak >= before * PEAK_STEP):
        return peak
    return before

"""A running mean, a span of numbers, and a watch that stops while no engine runs."""

from __future__ import annotations

from math import inf, isfinite


class Mean:
    """A running mean."""

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0

    def add(self, value: float) -> None:
        """Take one more value in."""
        self.count += 1
        self.mean += (value - self.mean) / self.count


class Span:
    """The least and the greatest number there were; what is none is left out."""

    def __init__(self) -> None:
        self.low = inf
        self.high = -inf

    @property
    def is_point(self) -> bool:
        """Whether there were numbers, and all of them the same."""
        return self.low == self.high

    def add(self, value: float) -> None:
        """Take one more value in."""
        if isfinite(value):
            self.low = min(self.low, value)
            self.high = max(self.high, value)


class Stopwatch:
    """Adds up the seconds a sweep was under way, engines' absences left out."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    def start(self, at: float) -> None:
        """Begin to count at `at`, unless counting already."""
        if self._since is None:
            self._since = at

    def stop(self, at: float) -> None:
        """Count no further than `at`."""
        if self._since is not None:
            self._before += max(0.0, at - self._since)
            self._since = None

    def elapsed(self, at: float) -> float:
        """Seconds counted by `at`."""
        return self._before + (max(0.0, at - self._since) if self._since is not None else 0.0)

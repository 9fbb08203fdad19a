"""The multiples of a step that lie in an interval."""

from __future__ import annotations

from decimal import Decimal
from math import ceil, floor

from msgspec import Struct

_SLACK = 1e-9
"""Relative: 0.3 counts as the third multiple of 0.1, and exp(log(256)) as 256."""


class Steps(Struct, frozen=True, kw_only=True):
    """`k * q` for every integer k from `first` to `last`."""

    q: int | float
    first: int
    last: int

    @classmethod
    def between(cls, low: float, high: float, q: int | float) -> Steps:
        """Take the multiples of `q` from `low` to `high`; there may be none."""
        start, end = low / q, high / q
        first = ceil(start - _SLACK * max(1.0, abs(start)))
        last = floor(end + _SLACK * max(1.0, abs(end)))
        return cls(q=q, first=first, last=last)

    @property
    def count(self) -> int:
        """How many multiples there are."""
        return max(0, self.last - self.first + 1)

    def nearest(self, number: float) -> int:
        """Give the `k` whose multiple is nearest to `number`."""
        ratio = min(float(self.last), max(float(self.first), number / self.q))
        return min(self.last, max(self.first, floor(ratio + 0.5)))

    def value(self, k: int) -> int | float:
        """Give the k-th multiple as one writes it: three times 0.1 is 0.3 exactly."""
        if isinstance(self.q, int):
            return k * self.q
        return float(Decimal(repr(self.q)) * k)

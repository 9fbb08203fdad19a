"""An axis as numbers: how far along it a value lies, and which round values are on it."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence

from msgspec import Struct

from .spelling import spelled, spelled_each

_LARGEST = sys.float_info.max


class Scale(Struct, frozen=True):
    """From `low` to `high`, in the values drawn: their logarithms to base 10 where it is `log`."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def over(
        cls,
        values: Sequence[float],
        log: bool = False,
        low: float | None = None,
        high: float | None = None,
    ) -> Scale:
        """Span the values, or up to a given end; never less than a sliver."""
        ends = (min(values) if low is None else low, max(values) if high is None else high)
        first, last = (math.log10(end) if log else end for end in ends)
        size = max(abs(first), abs(last))
        if last - first <= size * 1e-9 + 1e-300:
            pad = 0.5 if log else abs(first) * 0.1 if abs(first) > 1e-290 else 1.0
            first, last = max(first - pad, -_LARGEST), min(first + pad, _LARGEST)
        return cls(first, last, log)

    def share(self, value: float) -> float:
        """Say how far along the axis a value lies: 0 at its start, 1 at its end."""
        scaled = math.log10(value) if self.log else value
        return (scaled / 2 - self.low / 2) / (self.high / 2 - self.low / 2)

    def places(self, size: int) -> Callable[[float], int]:
        """Give the function from a value to its place among `size`.

        A value far outside lies no farther than their number: a line to it still leaves the
        picture, and is soon drawn.
        """
        low, span, last = self.low / 2, self.high / 2 - self.low / 2, size - 1

        def place(value: float) -> int:
            return round(min(max((value / 2 - low) / span, -1.0), 2.0) * last)

        return (lambda value: place(math.log10(value))) if self.log else place

    def place(self, value: float, size: int) -> int:
        """Give the place of one value among `size`."""
        return self.places(size)(value)

    def labels(self, rows: int) -> dict[int, str]:
        """Label round values of an upright axis, as many as there is room for: row -> text."""
        most = 2 if rows < 5 else 3 if rows < 9 else min(10, max(5, rows // 4))
        values = self.round_values(most)
        texts = spelled_each(values) if self.log else spelled(values)
        places = [round((1 - self.share(value)) * (rows - 1)) for value in values]
        return dict(zip(places, texts, strict=True))

    def round_values(self, most: int) -> list[float]:
        """Give about `most` round values on the axis: two at least, wherever there are two."""
        if self.log:
            values = _round_powers(self.low, self.high, most)
            if len(values) >= 2:
                return values
            low, high = 10 ** max(self.low, -307.0), 10 ** min(self.high, 308.0)
        else:
            low, high = self.low, self.high
        values = multiples(low, high, most)
        values = values if len(values) >= 2 else multiples(low, high, 2 * most)
        return [value for value in values if value > 0] if self.log else values


def multiples(low: float, high: float, count: int) -> list[float]:
    """Give about `count` multiples of 1, 2 or 5 times a power of ten within a range."""
    if high <= low:
        return []
    least = min(high / count - low / count, _LARGEST / 2) or 1.0
    power = 10.0 ** math.floor(math.log10(least))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    number = math.floor(high / step + 1e-9) - first + 1
    return [(first + i) * step for i in range(min(number, 2 * count))]


def _round_powers(low: float, high: float, most: int) -> list[float]:
    """Powers of ten between two logarithms; where there are fewer than two, 2 and 5 times them."""
    first, last = max(-307, math.ceil(low - 1e-9)), min(308, math.floor(high + 1e-9))
    if last > first:
        every = max(1, -(-(last - first + 1) // most))
        return [10.0**power for power in range(first, last + 1, every)]
    near = (m * 10.0**power for power in range(first - 1, last + 1) for m in (1, 2, 5))
    return [value for value in near if value > 0 and low <= math.log10(value) <= high]

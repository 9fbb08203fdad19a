"""Numbers beside an axis: thousands as k, M, G, T, small ones as powers of ten, times as times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from tui_tuner.view.numbers import exponent

_LARGE = 1e4
_SMALL = 1e-4
_SUFFIXES = {3: "k", 6: "M", 9: "G", 12: "T"}
_UNITS = ((86400, "d", 3600, "h"), (3600, "h", 60, ""), (60, "m", 1, ""))
"""Seconds, their letter, the next smaller unit, and its letter where it follows another."""


def spelled(values: Sequence[float]) -> list[str]:
    """Write evenly spaced values alike: with one suffix, and the decimals that their gap needs."""
    largest = max((abs(value) for value in values), default=0.0)
    gap = min((abs(b - a) for a, b in pairwise(values)), default=largest)
    if largest == 0 or gap == 0:
        return [exponent(f"{value:.2e}") if value else "0" for value in values]
    power = 3 * (_power(largest) // 3) if largest >= _LARGE else 0
    decimals = max(0, power - _power(gap))
    if (largest < _LARGE and gap >= _SMALL) or (power in _SUFFIXES and decimals <= 3):
        suffix = _SUFFIXES.get(power, "")
        return [_scaled(value, power, decimals, suffix) for value in values]
    figures = min(16, max(0, _power(largest) - _power(gap)))
    return [exponent(f"{value:.{figures}e}") if value else "0" for value in values]


def spelled_each(values: Sequence[float]) -> list[str]:
    """Write each value in its own shortest way, as beside a logarithmic axis."""
    return [_alone(value) for value in values]


def spelled_time(seconds: float) -> str:
    """Write a time as people say it: 0, 0.5s, 30s, 1m, 1m30, 2h, 1d12h."""
    if seconds < 60:
        return f"{seconds:.3g}s" if seconds else "0"
    for size, letter, smaller, after in _UNITS:
        if seconds >= size:
            whole, rest = divmod(round(seconds), size)
            part = rest // smaller
            return f"{whole}{letter}{f'{part:02d}{after}' if part else ''}"
    return ""


def _power(value: float) -> int:
    return math.floor(math.log10(value) + 1e-9)


def _scaled(value: float, power: int, decimals: int, suffix: str) -> str:
    text = f"{value / 10.0**power:.{decimals}f}"
    return f"{text}{suffix}" if float(text) else "0" if suffix else text.lstrip("-")


def _alone(value: float) -> str:
    size = abs(value)
    if value and (size < 1e-3 or size >= 1e15):
        return exponent(f"{value:.2e}")
    if size < _LARGE:
        return f"{value:.4g}"
    power = 3 * (_power(size) // 3)
    return f"{value / 10.0**power:.3g}{_SUFFIXES[power]}"

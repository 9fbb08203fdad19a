"""The axis of a range: where a value lies on its scale, which values are round, which are next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from msgspec import Struct

from .ranges import Parameter, Shape

ROOM_LOG = 0.5
"""Decades that are shown beyond either end of a range."""
ROOM_LINEAR = 0.1
"""The share of a range that is shown beyond either end."""

_HUNDREDTHS = tuple(f"{n // 10}.{n % 10}" for n in range(10, 100))
_TENTHS = ("1", "1.25", "1.6", "2", "2.5", "3.2", "4", "5", "6.3", "8")
_ONE_TWO_FIVE = ("1", "2", "5")
_LADDERS = (_HUNDREDTHS, _TENTHS, _ONE_TWO_FIVE, ("1",))
"""Round mantissas from fine to coarse; those of `_TENTHS` are a tenth of a decade apart."""


class Axis(Struct, frozen=True):
    """A stretch of a scale, from `low` at its left end to `high`; in decades where `log`."""

    low: float
    high: float
    log: bool

    def scaled(self, value: float) -> float:
        """Put a value on the scale; what a logarithm does not know lies far to the left."""
        if not self.log:
            return value
        return math.log10(value) if value > 0 else -math.inf

    def share(self, value: float) -> float:
        """Say how far along the axis a value lies: 0 at the left end, 1 at the right."""
        return (self.scaled(value) - self.low) / (self.high - self.low)

    def ticks(self, most: int) -> list[float]:
        """Give up to about `most` round values on the axis."""
        if not self.log:
            step = nice((self.high - self.low) / max(1, most))
            first = math.ceil(self.low / step - 1e-9)
            count = math.floor(self.high / step + 1e-9) - first + 1
            return [_rounded((first + i) * step, step) for i in range(count)]
        decades = self.high - self.low
        ladder = ("1",) if decades > most / 3 else _ONE_TWO_FIVE if decades > 0.7 else _HUNDREDTHS
        found = [value for value in _round_values(self, ladder) if 0 <= self.share(value) <= 1]
        every = math.ceil(len(found) / max(1, most))
        return found[::every]


def axis_over(shapes: Iterable[Shape], log: bool, before: Axis | None = None) -> Axis:
    """Give an axis with room beyond the ranges of all the shapes; it never shrinks in the editing.

    An end that a range has come close to moves on, so that there is always somewhere to go.
    """
    ends = list(_ends(shapes, log))
    low, high = min(ends), max(ends)
    room = ROOM_LOG if log else ROOM_LINEAR * (high - low)
    room = room or abs(high) * ROOM_LINEAR or 1.0
    left, right = low - room, high + room
    if before is not None and before.log == log:
        left = before.low if before.low <= low - room / 4 else left
        right = before.high if before.high >= high + room / 4 else right
    return Axis(left, right, log)


def _ends(shapes: Iterable[Shape], log: bool) -> Iterator[float]:
    for shape in shapes:
        for end in (shape.low, shape.high, shape.value if shape.fixed else None):
            if isinstance(end, int | float) and math.isfinite(end) and (end > 0 or not log):
                yield math.log10(end) if log else float(end)


def step(parameter: Parameter, axis: Axis, value: float, direction: int, size: int) -> float | int:
    """Give the next round value to the left (-1) or right (1); `size` 0 is the finest, 2 the
    coarsest. The ends that the range has, or had, are stops on the way."""
    stops = [e for s in (parameter.now, parameter.first) for e in (s.low, s.high) if e is not None]
    landing = _step(parameter, axis, value, direction, size)
    near = [s for s in stops if (s - value) * direction > 0 and (landing - s) * direction > 0]
    return min(near, key=lambda s: abs(s - value)) if near else landing


def _step(parameter: Parameter, axis: Axis, value: float, direction: int, size: int) -> float | int:
    if not axis.log:
        return _linear_step(parameter, axis, value, direction, size)
    ladder = _LADDERS[min(len(_LADDERS) - 1, _finest(axis) + size)]
    landing = value
    for _ in range(1000):
        landing = _next_on(ladder, landing, direction)
        admitted = _admitted(parameter, landing)
        if (admitted - value) * direction > 0 and admitted > 0:
            return admitted
    return value


def _linear_step(
    parameter: Parameter, axis: Axis, value: float, direction: int, size: int
) -> float | int:
    least = parameter.q or (1.0 if parameter.kind == "int" else 0.0)
    by = nice((axis.high - axis.low) / 50 * (1, 5, 20)[size])
    if least:
        by = max(1, round(by / least)) * least
    places = value / by
    landing = math.floor(places + 1e-6) + 1 if direction > 0 else math.ceil(places - 1e-6) - 1
    return _admitted(parameter, _rounded(landing * by, by))


def _finest(axis: Axis) -> int:
    decades = axis.high - axis.low
    return 0 if decades < 2.2 else 1 if decades < 9 else 2


def _next_on(ladder: tuple[str, ...], value: float, direction: int) -> float:
    power = math.floor(math.log10(value))
    rungs = [float(f"{m}e{p}") for p in (power - 1, power, power + 1) for m in ladder]
    if direction > 0:
        return min((r for r in rungs if r > value * (1 + 1e-9)), default=value)
    return max((r for r in rungs if r < value * (1 - 1e-9)), default=value)


def _round_values(axis: Axis, ladder: tuple[str, ...]) -> list[float]:
    powers = range(math.floor(max(axis.low, -307)), math.ceil(min(axis.high, 307)) + 1)
    return [float(f"{mantissa}e{power}") for power in powers for mantissa in ladder]


def _admitted(parameter: Parameter, value: float) -> float | int:
    """Bring a value to what the parameter can be."""
    if parameter.kind == "int":
        return round(value)
    if parameter.q:
        q = parameter.q
        return round(value / q) * q if isinstance(q, int) else _rounded(round(value / q) * q, q)
    return value


def _rounded(value: float, by: float) -> float:
    """Take off what binary arithmetic adds to a multiple of `by`."""
    return float(f"{value:.{max(0, 3 - math.floor(math.log10(by)))}f}")


def nice(least: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = math.floor(math.log10(least)) if least > 0 else 0
    rungs = (float(f"{m}e{power + n}") for n in (0, 1) for m in _ONE_TWO_FIVE)
    return next(rung for rung in rungs if rung >= least * (1 - 1e-9))

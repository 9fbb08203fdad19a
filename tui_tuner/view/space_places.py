"""Where a parameter's values lie across a picture: on a scale, or each choice in a band."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

from engine.core.model import Value

from .glyphs import Glyphs
from .line import Line, Run, crop, fit, plain, width_of
from .range_axis import Axis
from .ranges import Parameter, Shape, spelled, value_key

_TICK_WIDTH = 9
_MOST_BANDS = 12
"""A range of no more whole numbers is shown as choices are."""


class Places(Struct, frozen=True, kw_only=True):
    """`axis` for a number; else `choices`, by the key of their value, from left to right."""

    axis: Axis | None = None
    choices: Mapping[str, int] = {}
    names: tuple[str, ...] = ()

    def share(self, value: Value) -> float | None:
        """Say how far along a value lies, 0 to 1; None where it lies outside."""
        if self.axis is None:
            at = self.choices.get(value_key(value))
            return None if at is None else (at + 0.5) / max(1, len(self.names))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        share = self.axis.share(float(value))
        return min(1.0, max(0.0, share)) if -1e-9 <= share <= 1 + 1e-9 else None

    def column(self, value: Value, columns: int) -> int | None:
        """Give the column of a number, or the first of a choice's band; None: outside."""
        if self.axis is None:
            at = self.choices.get(value_key(value))
            return None if at is None else at * columns // max(1, len(self.names))
        share = self.share(value)
        return None if share is None else min(columns - 1, int(share * columns))

    def band(self, column: int, columns: int) -> int:
        """Say how many columns the band that begins at `column` has; 1 on an axis."""
        count = len(self.names)
        if self.axis is not None or not count:
            return 1
        at = -(-column * count // columns)
        return max(1, (at + 1) * columns // count - column - (columns >= 3 * count))

    def text(self, share: float) -> str:
        """Write the value at a share of the way along an axis."""
        if self.axis is None:
            return self.names[min(len(self.names) - 1, int(share * len(self.names)))]
        scaled = self.axis.low + share * (self.axis.high - self.axis.low)
        return spelled(float(f"{10**scaled if self.axis.log else scaled:.2g}"))


def places_of(parameter: Parameter) -> Places:
    """Lay out the range or the choices that a parameter is searched over."""
    shape = parameter.first if parameter.now.fixed else parameter.now
    values = shape.values or _few_whole(parameter, shape)
    if values is not None:
        keys = [value_key(value) for value in values]
        names = tuple(plain(spelled(value), 40) for value in values)
        return Places(choices={key: at for at, key in enumerate(keys)}, names=names)
    return Places(axis=_axis(shape))


def _few_whole(parameter: Parameter, shape: Shape) -> tuple[Value, ...] | None:
    """Give the values of a range of whole numbers that are few enough for a band each."""
    if parameter.kind != "int" or shape.log or shape.low is None or shape.high is None:
        return None
    few = shape.high - shape.low < _MOST_BANDS
    return tuple(range(int(shape.low), int(shape.high) + 1)) if few else None


def _axis(shape: Shape) -> Axis:
    low, high = shape.low or 0.0, shape.high or 0.0
    log = shape.log and low > 0
    ends = [math.log10(end) if log else float(end) for end in (low, high)]
    return Axis(ends[0], ends[1] if ends[1] > ends[0] else ends[0] + 1.0, log)


def places_lines(places: Places, columns: int, glyphs: Glyphs) -> tuple[Line, Line]:
    """Draw the rule under a picture, and what stands below it."""
    labels = _choice_labels(places, columns) if places.axis is None else _ticks(places, columns)
    rule = [glyphs.rule] * columns
    row: list[Run] = []
    end = 0
    for at, tick, text in labels:
        rule[tick] = glyphs.below
        row += [(" " * (at - end), ""), (text, "dim")]
        end = at + width_of(text)
    return (("".join(rule), "faint"),), crop(row, columns)


def _ticks(places: Places, columns: int) -> list[tuple[int, int, str]]:
    """Give (where a label begins, its tick, its text), none in the way of another."""
    assert places.axis is not None
    found: list[tuple[int, int, str]] = []
    end = 0
    for value in places.axis.ticks(max(1, columns // _TICK_WIDTH)):
        tick = places.column(value, columns)
        if tick is None:
            continue
        text = spelled(value)
        at = min(max(0, tick - len(text) // 2), max(0, columns - len(text)))
        if at >= end + bool(found) and at + len(text) <= columns:
            found.append((at, tick, text))
            end = at + len(text)
    return found


def _choice_labels(places: Places, columns: int) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    count = len(places.names)
    every = -(-count * 3 // max(3, columns))
    for at in range(0, count, max(1, every)):
        start, stop = at * columns // count, min(count, at + every) * columns // count
        text = fit(places.names[at], min(width_of(places.names[at]), max(1, stop - start - 1)))
        found.append((start, min(start, columns - 1), text))
    return found


def ordered(values: Sequence[float]) -> list[float]:
    """Sort numbers, what is no number left out."""
    return sorted(value for value in values if math.isfinite(value))

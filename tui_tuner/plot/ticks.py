"""The lower axis: round steps, times or values under it, as many as do not touch each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tui_tuner.view.line import plain, width_of

from .base import Axis
from .scale import Scale
from .spelling import spelled, spelled_each, spelled_time

_APART = 2
_LEAST = 6
"""Cells between neighbouring labels, where numbers are at their shortest."""
_DAY = 86400
_FARTHEST = 1e15
"""Beyond this steps and seconds are written like any number."""
_TIMES = (
    *(1, 2, 5, 10, 15, 30),
    *(60 * n for n in (1, 2, 5, 10, 15, 30)),
    *(3600 * n for n in (1, 2, 3, 6, 12)),
)

Tick = tuple[float, str]


def axis_ticks(axis: Axis, scale: Scale, columns: int) -> list[tuple[int, int, str]]:
    """Choose an axis' ticks: (cell of the tick, cell where its label begins, label)."""
    most = max(1, columns // _LEAST)
    while True:
        placed = _placed(_ticks(axis, scale, most), scale, columns)
        if placed is not None:
            return placed
        if most == 1:
            return []
        most = most * 3 // 4 or 1


def label_line(ticks: Sequence[tuple[int, int, str]], title: str, width: int) -> str:
    """Write the labels, and the axis' title in the last gap between them that is wide enough."""
    line = [" "] * width
    for _, start, text in ticks:
        line[start : start + len(text)] = text
    words, size = plain(title), width_of(plain(title))
    starts = [start for _, start, _ in ticks] + [width + _APART - 1]
    ends = [0, *(start + len(text) for _, start, text in ticks)]
    for before, after in zip(reversed(ends), reversed(starts), strict=True):
        free = after - before - 2 * (_APART - 1)
        if words and size <= free:
            at = before + (_APART - 1) + (free - size) // 2
            return "".join(line[:at]) + words + "".join(line[at + size :])
    return "".join(line)


def nice_step(least: float) -> int:
    """Round up to 1, 2 or 5 times a power of ten."""
    if least <= 1:
        return 1
    power = 10 ** math.floor(math.log10(least))
    return int(next(power * m for m in (1, 2, 5, 10) if power * m >= least))


def _placed(ticks: Sequence[Tick], scale: Scale, columns: int) -> list[tuple[int, int, str]] | None:
    """Put labels under their ticks; None where two would touch, or one is wider than the axis."""
    placed: list[tuple[int, int, str]] = []
    free = 0
    for value, text in ticks:
        x = scale.place(value, columns)
        start = min(max(0, x - len(text) // 2), columns - len(text))
        if start < free or not 0 <= x < columns:
            return None
        placed.append((x, start, text))
        free = start + len(text) + _APART
    return placed


def _ticks(axis: Axis, scale: Scale, most: int) -> list[Tick]:
    if axis.names:
        every = -(-len(axis.names) // most)
        return [(float(at), name) for at, name in enumerate(axis.names)][::every]
    if scale.log:
        values = scale.round_values(most)
        texts = [spelled_time(v) for v in values] if axis.unit == "seconds" else None
        return list(zip(values, texts or spelled_each(values), strict=True))
    far = max(abs(scale.low), abs(scale.high)) > _FARTHEST
    if axis.unit == "steps" and not far:
        return _step_ticks(scale, most)
    if axis.unit == "seconds" and not far and scale.high - scale.low > 1:
        times = _multiples(scale, _time_step((scale.high - scale.low) / most))
        return [(float(time), spelled_time(time)) for time in times]
    values = scale.round_values(most)
    if axis.unit == "seconds" and not far:
        return [(value, spelled_time(value)) for value in values]
    return list(zip(values, spelled(values), strict=True))


def _step_ticks(scale: Scale, most: int) -> list[Tick]:
    """Label the first step and round ones after it."""
    first = math.ceil(scale.low)
    steps = _multiples(scale, nice_step((scale.high - scale.low) / most))
    values = [float(step) for step in ([first] if first <= scale.high else []) + steps]
    distinct = list(dict.fromkeys(values))
    return list(zip(distinct, spelled_each(distinct), strict=True))


def _multiples(scale: Scale, step: int) -> list[int]:
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    return [n * step for n in range(first, min(last, first + 1000) + 1)]


def _time_step(least: float) -> int:
    shorter = next((step for step in _TIMES if step >= least), None)
    return shorter or _DAY * nice_step(least / _DAY)

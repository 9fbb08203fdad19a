"""Parallel coordinates: an axis a parameter, and the objective's, a line through them a trial.

Inselberg 1985. The best trials lie on top of the worst, so that what sets them apart shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tui_tuner.plot.canvas import BRAILLE, CHARACTERS, SOLID, Canvas, Dash, Dots, Stack

from .glyphs import Glyphs
from .line import Line, Run, crop, fit, plain, width_of
from .numbers import ValueFormat
from .range_points import Span
from .ranges import Parameter
from .space_places import Places, places_of
from .space_trials import Ended, Trials

_APART = 14
"""The least cells from one axis to the next."""

_DASHES = Dash(2, 3)
"""The worst are dashed, so that no one needs the colour."""
_ROLES = ("", "dim", "best")
_LETTERS = ".*"


class _Sheet(NamedTuple):
    """The cells that are drawn on, and the columns of the axes."""

    width: int
    rows: int
    axes: Sequence[int]
    dots: Dots


def axes_that_fit(width: int) -> int:
    """Say how many parameters have room beside the objective."""
    return max(1, width // _APART - 1)


def parallel_lines(
    parameters: Sequence[Parameter],
    chosen: str,
    trials: Trials,
    values: ValueFormat,
    size: tuple[int, int],
    glyphs: Glyphs,
) -> list[Line]:
    """Draw the best and the worst over some parameters in exactly `size` (width, height) cells."""
    width, height = size
    rows = height - 3
    count = len(parameters) + 1
    step = width // count
    if rows < 2 or step < 3:
        return [crop((), width)] * height
    axes = [at * step + step // 2 for at in range(count)]
    places = {p.name: places_of(p) for p in parameters}
    names = [p.name for p in parameters]
    sheet = _Sheet(width, rows, axes, CHARACTERS if glyphs.ascii else BRAILLE)
    layers = [
        _cells(ones, names, places, trials.span, sheet, dash)
        for ones, dash in ((trials.worst, _DASHES), (trials.best, SOLID))
    ]
    stack = Stack.of(layers, rows)
    body = [_row(stack, y, sheet, glyphs) for y in range(rows)]
    if not trials.best:
        body[rows // 2] = [("  no trial with a value has ended yet", "dim")]
    tops = [*(_end(places[name], 1.0) for name in names), _value(trials.span, values, top=True)]
    ends = [*(_end(places[name], 0.0) for name in names), _value(trials.span, values, top=False)]
    heads = [(plain(n), "sorted" if n == chosen else "bold") for n in names]
    return [
        _labels([*heads, ("objective", "bold")], step, width),
        _labels([(text, "dim") for text in tops], step, width),
        *(crop(line, width) for line in body),
        _labels([(text, "dim") for text in ends], step, width),
    ]


def _end(places: Places, share: float) -> str:
    """Write what stands at an end of an axis."""
    if places.axis is None and not places.names:
        return ""
    return places.text(share)


def _value(span: Span | None, values: ValueFormat, *, top: bool) -> str:
    return "" if span is None else values.text(span.high if top else span.low)


def _labels(texts: Sequence[tuple[str, str]], step: int, width: int) -> Line:
    runs: list[Run] = []
    for text, role in texts:
        room = step - 1
        shown = fit(text, min(room, width_of(text)))
        left = max(0, (step - width_of(shown)) // 2)
        runs += [(" " * left, ""), (shown, role), (" " * (step - left - width_of(shown)), "")]
    return crop(runs, width)


def _cells(
    trials: Sequence[Ended],
    names: Sequence[str],
    places: Mapping[str, Places],
    span: Span | None,
    sheet: _Sheet,
    dash: Dash,
) -> bytes:
    """Draw a line a trial; one that has no place on an axis has a gap there."""
    canvas = Canvas(sheet.width, sheet.rows, sheet.dots)
    across = len(sheet.dots)
    for trial in trials:
        shares = [places[name].share(trial.params.get(name)) for name in names]
        shares.append(None if span is None or trial.score is None else span.share(trial.score))
        points = [
            None if share is None else (at * across + across // 2, _dot(share, canvas.height))
            for at, share in zip(sheet.axes, shares, strict=True)
        ]
        canvas.curve(points, dash)
    return canvas.cells()


def _dot(share: float, height: int) -> int:
    return round((1 - share) * (height - 1))


def _row(stack: Stack, y: int, sheet: _Sheet, glyphs: Glyphs) -> list[Run]:
    """Lay the best over the worst, and both over the axes."""
    stems = set(sheet.axes)
    runs: list[Run] = []
    x = 0
    for text, owner in stack.row(y, sheet.dots, _LETTERS):
        for char in text:
            run = (char, _ROLES[owner])
            if not owner:
                run = (glyphs.vertical, "faint") if x in stems else (" ", "")
            x += 1
            if runs and runs[-1][1] == run[1]:
                runs[-1] = (runs[-1][0] + run[0], run[1])
            else:
                runs.append(run)
    return runs

"""Parallel coordinates: an axis a parameter, and the objective's, a line through them a trial.

Inselberg 1985. The best trials lie on top of the worst, so that what sets them apart shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from tui_tuner.widgets.braille import Canvas

from .glyphs import Glyphs
from .line import Line, Run, crop, fit, plain, width_of
from .numbers import ValueFormat
from .range_points import Span
from .ranges import Parameter
from .space_places import Places, places_of
from .space_trials import Ended, Trials

_APART = 14
"""The least cells from one axis to the next."""

OBJECTIVE = ""
"""The name of the objective's axis among the parameters'."""


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
    layers = [
        (_canvas(trials.worst, names, places, trials.span, axes, (width, rows), glyphs), "dim"),
        (_canvas(trials.best, names, places, trials.span, axes, (width, rows), glyphs), "best"),
    ]
    body = [_row([(text[y], role) for text, role in layers], axes, glyphs) for y in range(rows)]
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


def _canvas(
    trials: Sequence[Ended],
    names: Sequence[str],
    places: Mapping[str, Places],
    span: Span | None,
    axes: Sequence[int],
    size: tuple[int, int],
    glyphs: Glyphs,
) -> list[str]:
    canvas = Canvas(*size, dots=(1, 1) if glyphs.ascii else (2, 4))
    across, down = canvas.dots
    for trial in trials:
        shares = [places[name].share(trial.params.get(name)) for name in names]
        shares.append(None if span is None or trial.score is None else span.share(trial.score))
        points = [
            None
            if share is None
            else (axes[at] * across + across // 2, round((1 - share) * (size[1] * down - 1)))
            for at, share in enumerate(shares)
        ]
        for here, there in pairwise(points):
            if here is not None and there is not None:
                canvas.line(*here, *there)
    return canvas.text()


def _row(layers: Sequence[tuple[str, str]], axes: Sequence[int], glyphs: Glyphs) -> list[Run]:
    """Lay the later layers over the earlier, and both over the axes."""
    stems = set(axes)
    runs: list[Run] = []
    for x in range(len(layers[0][0])):
        text, role = (glyphs.vertical, "faint") if x in stems else (" ", "")
        for layer, layer_role in layers:
            if layer[x] != " ":
                text, role = layer[x], layer_role
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + text, role)
        else:
            runs.append((text, role))
    return runs

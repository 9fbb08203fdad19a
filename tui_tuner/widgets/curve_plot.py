"""One metric's curve as lines of text: its name with the last value and the best, its plot."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from tui_tuner.plot import Axis, Plot, Series, can_be_log, plot_lines
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, Run, crop, fit, plain, width_of
from tui_tuner.view.numbers import value_format

Points = Sequence[tuple[int, float | None]]
"""(step, value), ascending; None is a value that was no number."""


class Curve(Struct, frozen=True, kw_only=True):
    """A metric to draw. `last_step` stretches the epoch axis to the trial's budget."""

    name: str
    points: tuple[tuple[int, float | None], ...] = ()
    last_step: int | None = None
    maximize: bool | None = None
    """Which way it improves; None where nobody said."""
    log: bool = False
    note: str = ""
    """What stands behind the name."""


def curve_plot(curve: Curve, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Draw a curve in `height` lines of `width` cells: title, plot, axis, epochs."""
    first, last = _span(curve)
    plot = Plot(
        series=(Series(points=curve.points),),
        x=Axis(unit="steps", low=first, high=last),
        y=Axis(log=curve.log),
    )
    title = _title(curve, curve.log and can_be_log(plot), width)
    if height < 1:
        return []
    return [title, *plot_lines(plot, width, height - 1, glyphs)]


def _title(curve: Curve, log: bool, width: int) -> Line:
    name = plain(curve.name)
    drawn = [(step, v) for step, v in curve.points if v is not None and math.isfinite(v)]
    scale = ", log" if log else ", log needs values above 0" if curve.log else ""
    suffix = curve.note + scale
    if not drawn:
        return crop(((name, "bold"), (suffix, "dim")), width)
    step, last = drawn[-1]
    fmt = value_format(max(abs(value) for _, value in drawn[-20:]))
    facts: list[Run] = [(f"{fmt.text(last)}", ""), (f" at {step}", "dim")]
    if curve.maximize is not None:
        pick = max if curve.maximize else min
        best_step, best = pick(drawn, key=lambda point: point[1])
        facts += [("   best ", "dim"), (fmt.text(best), "best"), (f" at {best_step}", "dim")]
    size = sum(len(text) for text, _ in facts)
    room = max(0, width - size - 1)
    head = fit(name + (suffix if width_of(name + suffix) <= room else scale), room)
    return crop(((head, "bold"), (" ", ""), *facts), width)


def _span(curve: Curve) -> tuple[int, int]:
    """Begin at the first epoch, and end at the budget or the last step."""
    if not curve.points:
        return 0, 1
    first = curve.points[0][0]
    last = max(curve.points[-1][0], curve.last_step or 0)
    return (min(first, 1) if first >= 0 else first), max(last, first + 1)

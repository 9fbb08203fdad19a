"""One metric's curve as lines of text: value axis, epoch axis, braille, what is no number."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, Run, crop, fit, plain, right, width_of
from tui_tuner.view.numbers import exponent, value_format

from .braille import Canvas

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
    drawn = [(step, v) for step, v in curve.points if v is not None and math.isfinite(v)]
    log = curve.log and bool(drawn) and min(value for _, value in drawn) > 0
    title = _title(curve, drawn, log, width)
    if not curve.points or height < 5 or width < 20:
        note = "no reports yet" if not curve.points else ""
        blank = crop((), width)
        return [title, crop(((f"  {note}", "dim"),), width), *([blank] * (height - 2))][:height]
    scale = Scale.over([value for _, value in drawn] or [0.0], log)
    rows = height - 3
    labels = scale.labels(rows)
    margin = max(len(text) for text in labels.values()) + 1
    body = _body(curve, drawn, scale, (width - margin - 1, rows), glyphs)
    lines: list[Line] = [title]
    for y, runs in enumerate(body):
        edge = glyphs.tick if y in labels else glyphs.vertical
        lines.append(
            crop(((right(labels.get(y, ""), margin), "dim"), (edge, "faint"), *runs), width)
        )
    return [*lines, *_epoch_axis(curve, width, margin, glyphs)]


_LARGEST = sys.float_info.max


class Scale(Struct, frozen=True):
    """The value axis: from `low` at the bottom to `high` at the top, in the values drawn."""

    low: float
    high: float
    log: bool

    @classmethod
    def over(cls, values: Sequence[float], log: bool) -> Scale:
        """Span the values, never less than a sliver."""
        ends = [math.log10(value) if log else value for value in (min(values), max(values))]
        low, high = ends
        if high - low <= abs(high) * 1e-9 + 1e-300:
            pad = 0.5 if log else abs(high) * 0.1 or 1.0
            low, high = max(low - pad, -_LARGEST), min(high + pad, _LARGEST)
        return cls(low, high, log)

    def share(self, value: float) -> float:
        """Say how far up the axis a value lies: 0 at the bottom, 1 at the top."""
        scaled = math.log10(value) if self.log else value
        return (scaled / 2 - self.low / 2) / (self.high / 2 - self.low / 2)

    def labels(self, rows: int) -> dict[int, str]:
        """Label round values, as many as there is room for: row -> text."""
        count = 2 if rows < 5 else 3 if rows < 9 else 5
        values = self._decades() if self.log else _round_values(self.low, self.high, count)
        if len(values) < 2 and not self.log:
            values = _round_values(self.low, self.high, 2 * count)
        if len(values) < 2:
            values = [self._at(i / (count - 1)) for i in range(count)]
        texts = _spelled(values)
        places = [round((1 - self.share(value)) * (rows - 1)) for value in values]
        return dict(zip(places, texts, strict=True))

    def _decades(self) -> list[float]:
        first = max(-307, math.ceil(self.low - 1e-9))
        last = min(308, math.floor(self.high + 1e-9))
        every = max(1, (last - first) // 4)
        return [10.0**power for power in range(first, last + 1, every)]

    def _at(self, share: float) -> float:
        value = self.low * (1 - share) + self.high * share
        return 10 ** min(value, 308.0) if self.log else value


def _round_values(low: float, high: float, count: int) -> list[float]:
    """Give about `count` multiples of 1, 2 or 5 times a power of ten within a range."""
    least = (high / count - low / count) or 1.0
    power = 10.0 ** math.floor(math.log10(least))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    number = math.floor(high / step + 1e-9) - first + 1
    return [(first + i) * step for i in range(min(number, 2 * count))]


def _spelled(values: list[float]) -> list[str]:
    sizes = [abs(value) for value in values if value]
    gap = min((b - a for a, b in pairwise(values)), default=0.0)
    if not sizes or max(sizes) >= 1e5 or gap < 1e-4:
        return [exponent(f"{value:.2e}") if value else "0" for value in values]
    decimals = max(0, math.ceil(-math.log10(gap) - 1e-9))
    return [f"{value:.{decimals}f}" for value in values]


def _title(curve: Curve, drawn: list[tuple[int, float]], log: bool, width: int) -> Line:
    name = plain(curve.name)
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


def _body(
    curve: Curve,
    drawn: list[tuple[int, float]],
    scale: Scale,
    size: tuple[int, int],
    glyphs: Glyphs,
) -> list[list[Run]]:
    columns, rows = size
    canvas = Canvas(columns, rows, dots=(1, 1) if glyphs.ascii else (2, 4))
    first, last = _span(curve)

    def x_of(step: int, width: int) -> int:
        return round((step - first) / (last - first) * (width - 1))

    dots = [
        (x_of(step, canvas.width), round((1 - scale.share(value)) * (canvas.height - 1)))
        for step, value in drawn
    ]
    for here, there in zip(dots, dots[1:] or dots, strict=False):
        canvas.line(*here, *there)
    bad = {x_of(step, columns) for step, value in curve.points if value is None}
    lines: list[list[Run]] = [[(text, "plot")] for text in canvas.text()]
    if bad:
        lines[0] = _marked(lines[0][0][0], bad, glyphs.bad)
    return lines


def _marked(text: str, places: set[int], glyph: str) -> list[Run]:
    return [(glyph, "error") if x in places else (char, "plot") for x, char in enumerate(text)]


def _span(curve: Curve) -> tuple[int, int]:
    first = curve.points[0][0]
    last = max(curve.points[-1][0], curve.last_step or 0)
    return (min(first, 1) if first >= 0 else first), max(last, first + 1)


def _epoch_axis(curve: Curve, width: int, margin: int, glyphs: Glyphs) -> list[Line]:
    first, last = _span(curve)
    columns = width - margin - 1
    step = nice_step((last - first) / max(1, columns // 10))
    ticks = [first, *(s for s in range((first // step + 1) * step, last + 1, step))]
    rule = [glyphs.rule] * columns
    labels = [" "] * (columns + 1)
    free = 0
    for tick in ticks:
        x = round((tick - first) / (last - first) * (columns - 1))
        text = str(tick)
        start = min(max(0, x - len(text) // 2), columns - len(text) - 6)
        if start < free:
            continue
        rule[x] = glyphs.below
        labels[start : start + len(text)] = text
        free = start + len(text) + 2
    line = " " * margin + glyphs.corner + "".join(rule)
    words = " " * (margin + 1) + "".join(labels)[: columns - 6] + " epoch"
    return [crop(((line, "faint"),), width), crop(((words, "dim"),), width)]


def nice_step(least: float) -> int:
    """Round up to 1, 2 or 5 times a power of ten."""
    if least <= 1:
        return 1
    power = 10 ** math.floor(math.log10(least))
    return int(next(power * m for m in (1, 2, 5, 10) if power * m >= least))

"""How an evolution came to a trial, as lines: its ancestors, and each parameter's schedule."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.core.views import LineageView

from .cells import sparkline
from .glyphs import Glyphs
from .line import Line, Run, crop, fit, plain, width_of, wrap
from .schedule import ancestors, schedules

_NAME = 24
_CHART = 10
_LINES = 3
"""Lines that one schedule takes; where it is longer, its newest part stays."""
_LEAST_TEXT = 24
_MANY = 1000


def lineage_lines(stretches: Sequence[LineageView], width: int, glyphs: Glyphs) -> list[Line]:
    """Write the stretches, the oldest first, in lines of exactly `width` cells."""
    if not stretches:
        return []
    found = schedules(stretches)
    names = min(_NAME, max(width_of(name) for name in ("lineage", *(name for name, _ in found))))
    lines = _part("lineage", "", ancestors(stretches), names, width)
    charts = {plain(name): chart(stretches, name, glyphs) for name in stretches[-1].params}
    for name, text in found:
        lines += _part(name, charts.get(name, ""), text, names, width)
    return lines


def chart(stretches: Sequence[LineageView], name: str, glyphs: Glyphs) -> str:
    """Draw a number's way through the epochs, on a log scale where it went far; '' where it is
    none."""
    points: list[float | None] = []
    for stretch in stretches:
        value = stretch.params.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ""
        until = stretch.to_step or stretch.from_step
        points += [float(value)] * min(_MANY, max(1, until - stretch.from_step + 1))
    known = [point for point in points if point is not None]
    if min(known) > 0 and max(known) > 3 * min(known):
        points = [math.log(point) for point in known]
    return sparkline(points, glyphs, _CHART)


def _part(name: str, drawn: str, text: str, names: int, width: int) -> list[Line]:
    label = f"{fit(name, names)}  "
    roomy = width >= names + _CHART + _LEAST_TEXT
    shown = f"{fit(drawn, _CHART)}  " if drawn and roomy else ""
    margin = width_of(label) + width_of(shown)
    texts = wrap(text, max(8, width - margin), _MANY)
    if len(texts) > _LINES:
        texts = [f"… {texts[-_LINES]}", *texts[1 - _LINES :]]
    heads: list[list[Run]] = [[(label, "dim"), (shown, "accent")]]
    heads += [[(" " * margin, "")]] * len(texts)
    return [crop((*head, (part, "")), width) for head, part in zip(heads, texts, strict=False)]

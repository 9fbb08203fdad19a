"""The insight as lines: how the search goes, then a row a parameter, those that matter first."""

from __future__ import annotations

from engine.core.views import SweepView

from .glyphs import Glyphs
from .insight import Insight, Learnt
from .line import Line, Run, crop, fit, plain, right, width_of, wrap
from .range_axis import Axis
from .range_glyphs import RangeGlyphs, range_glyphs
from .ranges import Shape, spelled
from .searching import labelled, search_lines

TRENDS = {
    "more": "more is better",
    "less": "less is better",
    "middle": "best between",
    "ends": "ends are best",
}
"""What the trends of an influence are called."""

_BAR = 8
_TREND = max(map(len, TRENDS.values()))
_NAME = 18
_BOX = 16
_LEAST_STRIP, _MOST_STRIP = 12, 60
_WITH_TREND = 76


def insight_lines(sweep: SweepView, found: Insight, width: int, glyphs: Glyphs) -> list[Line]:
    """Write it in lines of exactly `width` cells."""
    blank = crop((), width)
    lines = [*search_lines(sweep, width), *_advice(found, width)]
    lines += [*_suggestions(sweep, width), blank]
    heading = f"which parameters matter, by {found.trials} trials that ended"
    lines += [crop(((heading, "bold"),), width)]
    if not found.learnt:
        return [*lines, crop((("nothing is searched", "dim"),), width)]
    lines.append(_headings(found, width))
    lines += [_row(one, found, width, glyphs) for one in found.learnt]
    return [*lines, blank, *(crop(((text, "dim"),), width) for text in wrap(_LEGEND, width, 6))]


_LEGEND = (
    "matters: the share of the ranking that a parameter explains alone, less what chance gives "
    "values so grouped; what only counts together with another is not seen. A trial that was "
    "stopped ranks behind those that came further."
)


def share_text(one: Learnt) -> str:
    """Say how much a parameter matters: '62 %', 'as chance', or that nothing is known."""
    found = one.influence
    if found.share is None:
        return "unknown"
    return f"{100 * found.share:.0f} %" if found.told else "as chance"


def best_text(one: Learnt, to: str = "…") -> str:
    """Say where the best are: '3e-4 … 0.041', 'relu 7, tanh 3'."""
    if one.box is not None:
        low, high = one.box
        return spelled(low) if low == high else f"{_brief(low)} {to} {_brief(high)}"
    return ", ".join(f"{plain(spelled(value), 30)} {n}" for value, n in one.choices)


def _brief(value: float) -> str:
    return spelled(float(f"{value:.2g}")) if isinstance(value, float) else spelled(value)


def _advice(found: Insight, width: int) -> list[Line]:
    """What the rules that only advise would have cost, for a person to trust them or not."""
    if not found.advised:
        return []
    text = f"rules that only advise would have stopped {found.advised} of {found.trials} trials"
    lost = f", {found.advised_best} of the best {len(found.best)} among them"
    return labelled("advice", text + (lost if found.advised_best else ""), width)


def _suggestions(sweep: SweepView, width: int) -> list[Line]:
    return [
        crop(((text, "warning"),), width)
        for suggestion in sweep.suggestions
        for text in wrap(plain(suggestion.text, 400), width, 2)
    ]


def _widths(found: Insight, width: int) -> tuple[int, int, int]:
    """Give the cells of the names, of the trends (0: none) and of the strips."""
    longest = max(width_of(plain(one.parameter.name)) for one in found.learnt)
    names = min(_NAME, max(len("parameter"), longest))
    trend = _TREND + 2 if width >= _WITH_TREND else 0
    left = width - names - 2 - _BAR - 11 - trend - _BOX - 2
    return names, trend, min(_MOST_STRIP, left) if left >= _LEAST_STRIP else 0


def _headings(found: Insight, width: int) -> Line:
    names, trend, _ = _widths(found, width)
    count = f"the best {len(found.best)}" if found.best else ""
    return crop(
        (
            (fit("parameter", names) + "  ", "head"),
            (fit("matters", _BAR + 11), "head"),
            (fit("", trend), "head"),
            (count, "head"),
        ),
        width,
    )


def _row(one: Learnt, found: Insight, width: int, glyphs: Glyphs) -> Line:
    names, trend, strip = _widths(found, width)
    told = one.influence.told
    share = one.influence.share or 0.0
    full, half = divmod(round(2 * _BAR * share) if told else 0, 2)
    runs: list[Run] = [
        (fit(plain(one.parameter.name), names) + "  ", "bold" if told else "dim"),
        (glyphs.bar * full + glyphs.bar_half * half, "accent"),
        (glyphs.bar_rest * (_BAR - full - half), "faint"),
        (f"{right(share_text(one), 10)} ", "" if told else "dim"),
        (fit(TRENDS.get(one.influence.trend, ""), trend), ""),
    ]
    if found.best and not one.best:
        return crop((*runs, ("none of the best has it", "dim")), width)
    if strip and one.parameter.numeric:
        runs += [*strip_of(one, strip, range_glyphs(glyphs)), ("  ", "")]
    to = ".." if glyphs.ascii else "…"
    runs.append((best_text(one, to), ""))
    return crop(runs, width)


def strip_of(one: Learnt, width: int, glyphs: RangeGlyphs) -> Line:
    """Draw where the best lie in the range that is searched, the very best as a star."""
    shape = one.parameter.now
    axis = _axis(shape, one.points)
    if axis is None:
        return ((fit("", width), ""),)
    cells = [glyphs.beyond] * width
    places = [min(width - 1, max(0, round(axis.share(v) * (width - 1)))) for v in one.points]
    for place in range(min(places, default=0), max(places, default=-1) + 1):
        cells[place] = glyphs.inside
    for place in places:
        cells[place] = glyphs.dots[places.count(place) > 1]
    if places:
        cells[places[0]] = glyphs.star
    return tuple((cell, _role(cell, glyphs)) for cell in cells)


def _role(cell: str, glyphs: RangeGlyphs) -> str:
    return "faint" if cell == glyphs.beyond else "best" if cell == glyphs.star else "accent"


def _axis(shape: Shape, points: list[float]) -> Axis | None:
    """The range from end to end, and what lies beyond it since it was narrowed."""
    if shape.low is None or shape.high is None:
        return None
    axis = Axis(0.0, 1.0, shape.log)
    ends = [axis.scaled(value) for value in (shape.low, shape.high, *points)]
    finite = [end for end in ends if abs(end) != float("inf")]
    if not finite or min(finite) == max(finite):
        return None
    return Axis(min(finite), max(finite), shape.log)

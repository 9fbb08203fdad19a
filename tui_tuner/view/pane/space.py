"""Where a trial lies in the space: each parameter of all trials against the objective."""

from __future__ import annotations

from itertools import zip_longest

from engine.core.model import Value
from tui_tuner.keymap import key_of
from tui_tuner.plot import Axis, Plot, Series, plot_lines
from tui_tuner.view.importance import Influence
from tui_tuner.view.line import Line, Run, crop, fit, plain, right, width_of
from tui_tuner.view.numbers import short
from tui_tuner.view.ranges import same, spelled

from .base import Scene
from .survey import Survey, Surveyed

_COLUMN = 46
"""The least width of a scatter where several stand side by side."""
_LEAST = 8
_MOST = 14
_GAP = 3
_MOST_CHOICES = 8


def space_lines(scene: Scene, found: Survey, size: tuple[int, int]) -> list[Line]:
    """Draw as many parameters as fit `size` = (width, height), those that decide most first."""
    width, height = size
    columns = max(1, (width + _GAP) // (_COLUMN + _GAP))
    each = (width - _GAP * (columns - 1)) // columns
    if not found.parameters:
        return [crop((("trials do not differ in any parameter yet", "dim"),), width)]
    lines = [_legend(scene, width)]
    left = list(found.parameters)
    rows = -(-len(left) // columns)
    high = min(_MOST, max(_LEAST, (height - 2) // rows - 1))
    while left:
        row, left = left[:columns], left[columns:]
        room = height - len(lines) - 1
        needed = max(_needed(one, high) for one in row)
        if len(lines) > 1 and room < needed:
            names = ", ".join(plain(one.name, 40) for one in (*row, *left))
            return [
                *lines,
                crop(
                    ((f"not shown: {names}   {key_of('space')} shows the whole space", "dim"),),
                    width,
                ),
            ]
        blocks = [_block(scene, one, found, (each, min(needed, max(4, room)))) for one in row]
        lines += _beside(blocks, each, width)
        lines.append(crop((), width))
    return lines


def _needed(one: Surveyed, high: int) -> int:
    return 1 + min(len(one.choices), _MOST_CHOICES) if one.choices else high


def _legend(scene: Scene, width: int) -> Line:
    glyphs, name = scene.glyphs, scene.row.id
    runs: list[Run] = [(f"{glyphs.here} ", "accent"), (name, "bold")]
    best = scene.state.best_id
    if best is not None and best != name:
        runs += [(f"   {glyphs.best} ", "best"), (best, "")]
    runs += [(f"   {glyphs.point} ", "dim"), ("trials that ended", "dim")]
    return crop(runs, width)


def _block(scene: Scene, one: Surveyed, found: Survey, size: tuple[int, int]) -> list[Line]:
    width, height = size
    if one.choices:
        return _choices(scene, one, width)[:height]
    span = found.span
    own = scene.row.params.get(one.name)
    if one.places:
        axis = Axis(names=tuple(spelled(place) for place in one.places))
    else:
        axis = Axis(log=one.log and not (isinstance(own, int | float) and own <= 0))
    plot = Plot(
        series=_series(scene, one, found),
        title=_title(one, own, width),
        x=axis,
        y=Axis(low=span.low if span else None, high=span.high if span else None),
        empty="no trial has ended yet",
    )
    return plot_lines(plot, width, height, scene.glyphs)


def _series(scene: Scene, one: Surveyed, found: Survey) -> tuple[Series, ...]:
    state, row, glyphs = scene.state, scene.row, scene.glyphs
    low, high = (found.span.low, found.span.high) if found.span else (-1e300, 1e300)

    def within(y: float) -> float:
        return min(max(y, low), high)

    at = {place: float(n) for n, place in enumerate(one.places)}
    others = tuple((at.get(x, x), within(y)) for x, y in one.points)
    shown = [Series(points=others, role="dim", line=False, glyph=glyphs.point)]
    for trial, glyph, role in (
        (state.rows.get(state.best_id or ""), glyphs.best, "best"),
        (row, glyphs.here, "accent"),
    ):
        value = trial.params.get(one.name) if trial is not None else None
        if trial is None or trial.best is None or not isinstance(value, int | float):
            continue
        if at and value not in at:
            continue
        points = ((at.get(value, float(value)), within(trial.best)),)
        shown.append(Series(points=points, role=role, line=False, glyph=glyph))
    return tuple(shown)


def _title(one: Surveyed, own: Value, width: int) -> Line:
    said = decides(one.influence)
    name = fit(plain(one.name), max(4, width - 12 - width_of(said))).rstrip()
    value = "unset" if own is None else short(own, 3)
    return crop(((name, "bold"), ("  ", ""), (value, "accent"), (f"   {said}", "dim")), width)


def decides(told: Influence) -> str:
    """Say how much a parameter alone explains."""
    if told.share is None:
        return ""
    if not told.told:
        return "decides little"
    trend = {"more": ", more is better", "less": ", less is better"}.get(told.trend, "")
    return f"explains {round(100 * told.share)} %{trend}"


def _choices(scene: Scene, one: Surveyed, width: int) -> list[Line]:
    glyphs, own = scene.glyphs, scene.row.params.get(one.name)
    label = min(24, max(width_of(short(choice.value)) for choice in one.choices))
    lines = [_title(one, own, width)]
    for choice in one.choices[:_MOST_CHOICES]:
        here = own is not None and same(choice.value, own)
        best = scene.state.value_format.text(choice.best) or glyphs.missing
        runs: list[Run] = [
            (f"{glyphs.here if here else ' '} ", "accent"),
            (fit(short(choice.value), label), "bold" if here else ""),
            (right(best, 11), ""),
            (f"  best of {choice.trials}", "dim"),
        ]
        lines.append(crop(runs, width))
    return lines


def _beside(blocks: list[list[Line]], each: int, width: int) -> list[Line]:
    blank = crop((), each)
    rows: list[Line] = []
    for parts in zip_longest(*blocks, fillvalue=blank):
        runs: list[Run] = []
        for n, part in enumerate(parts):
            runs += [(" " * (_GAP if n else 0), ""), *part]
        rows.append(crop(runs, width))
    return rows

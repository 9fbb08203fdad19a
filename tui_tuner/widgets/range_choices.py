"""The choices of a parameter: how often each was tried, and how well it did."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, Run, crop, fit, right, width_of
from tui_tuner.view.numbers import ValueFormat
from tui_tuner.view.range_glyphs import range_glyphs
from tui_tuner.view.range_points import Span
from tui_tuner.view.range_tallies import Tally
from tui_tuner.view.ranges import Shape, same, spelled

_MOST_NAME = 28
_NUMBERS = 10


class Choices(Struct, frozen=True, kw_only=True):
    """The choices on offer with their trials; `wanted` says which are taken, `at` is the cursor."""

    tallies: Sequence[Tally]
    wanted: Shape
    now: Shape
    at: int
    metric: str
    format: ValueFormat
    span: Span | None
    """The objectives of all trials, the ends of the bars."""
    maximize: bool


def choice_lines(choices: Choices, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Draw a heading and a line a choice, with the mean objective as a bar."""
    names = [spelled(tally.value) for tally in choices.tallies]
    size = min(_MOST_NAME, max([6, *map(width_of, names)]))
    bar = min(40, max(8, width - size - 12 - 4 * _NUMBERS))
    lines = [_heading(choices, size, width, glyphs)]
    room = max(1, height - 1)
    top = min(max(0, choices.at - room + 1), max(0, len(names) - room))
    for place in range(top, min(len(names), top + room)):
        tally = choices.tallies[place]
        runs = _row(choices, place, fit(names[place], size), glyphs)
        runs.append((_bar(tally, choices, bar, glyphs), "bar"))
        lines.append(crop(_under(list(crop(runs, width)), place == choices.at), width))
    return lines


def _heading(choices: Choices, size: int, width: int, glyphs: Glyphs) -> Line:
    star = range_glyphs(glyphs).star
    numbers = "".join(right(word, _NUMBERS) for word in ("tried", f"{star} ten", "best", "mean"))
    return crop(((f"      {fit('choice', size)}{numbers}  {choices.metric}", "head"),), width)


def _row(choices: Choices, place: int, name: str, glyphs: Glyphs) -> list[Run]:
    tally, marks = choices.tallies[place], range_glyphs(glyphs)
    taken = is_taken(choices.wanted, tally)
    box = marks.taken if taken else marks.free
    role = "" if taken else "dim"
    changed = taken != is_taken(choices.now, tally)
    cursor = glyphs.cursor if place == choices.at else " "
    return [
        (f" {cursor}", "accent"),
        (box, "accent" if taken else "dim"),
        (" ", ""),
        (name, "accent bold" if changed else role),
        (right(str(tally.tried) if tally.tried else glyphs.missing, _NUMBERS), role),
        (right(str(tally.best_of) if tally.best_of else glyphs.missing, _NUMBERS), "best"),
        (right(_text(tally.best, choices, glyphs), _NUMBERS), role),
        (right(_text(tally.mean, choices, glyphs), _NUMBERS), role),
        ("  ", ""),
    ]


def is_taken(shape: Shape, tally: Tally) -> bool:
    """Whether a shape lets a choice be drawn."""
    if shape.fixed:
        return same(shape.value, tally.value)
    return any(same(value, tally.value) for value in shape.values or ())


def _text(value: float | None, choices: Choices, glyphs: Glyphs) -> str:
    return glyphs.missing if value is None else choices.format.text(value)


def _bar(tally: Tally, choices: Choices, width: int, glyphs: Glyphs) -> str:
    """How far the mean lies from the worst trial of all toward the best."""
    span = choices.span
    if span is None or tally.mean is None:
        return " " * width
    share = span.share(tally.mean)
    full = max(1, round((share if choices.maximize else 1 - share) * width))
    return glyphs.bar * full + " " * (width - full)


def _under(runs: list[Run], is_cursor: bool) -> list[Run]:
    if not is_cursor:
        return runs
    return [(text, f"{role} cursor".strip()) for text, role in runs]

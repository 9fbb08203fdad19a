"""One parameter against the objective: every trial that ended, on cells."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from .glyphs import Glyphs
from .line import Line, Run, crop, right, width_of
from .numbers import ValueFormat
from .range_points import Span
from .ranges import Parameter
from .space_glyphs import DOT_ROLES, space_glyphs
from .space_places import Places, places_lines, places_of
from .space_trials import Ended, Trials

LEAST_WIDTH, LEAST_HEIGHT = 16, 5
_MIDDLE_FROM = 7


class Cell(Struct, frozen=True):
    """What lies in a cell: the kind that is drawn, how many trials, and -1 or 1 where they lie
    below or above what the picture shows."""

    kind: int
    count: int = 1
    beyond: int = 0


class Scatter(Struct, frozen=True, kw_only=True):
    """Trials on `columns` x `rows` cells; those without a score lie on the line `lane`, if any."""

    cells: Mapping[tuple[int, int], Cell]
    places: Places
    span: Span | None
    columns: int
    rows: int
    lane: int | None
    outside: int = 0
    """How many trials have a value that is not searched any more."""


def scatter(parameter: Parameter, trials: Trials, columns: int, rows: int) -> Scatter:
    """Put the trials on cells."""
    places = places_of(parameter)
    mine = [one for one in trials.ended if parameter.name in one.params]
    lost = rows >= LEAST_HEIGHT - 2 and any(one.score is None for one in mine)
    lane = None if not lost else rows - 1 if trials.maximize else 0
    first, plain_rows = (1 if lane == 0 else 0), max(1, rows - lost)
    found: dict[tuple[int, int], list[Ended]] = {}
    outside = 0
    for one in mine:
        column = places.column(one.params[parameter.name], columns)
        if column is None:
            outside += 1
        elif one.score is None and lane is not None:
            found.setdefault((column, lane), []).append(one)
        elif one.score is not None and trials.span is not None:
            row = first + trials.span.row(one.score, plain_rows)
            found.setdefault((column, row), []).append(one)
    return Scatter(
        cells=_drawn(found, places, trials.span, columns),
        places=places,
        span=trials.span,
        columns=columns,
        rows=rows,
        lane=lane,
        outside=outside,
    )


def _drawn(
    found: Mapping[tuple[int, int], list[Ended]], places: Places, span: Span | None, columns: int
) -> dict[tuple[int, int], Cell]:
    cells: dict[tuple[int, int], Cell] = {}
    for (column, row), ones in found.items():
        band = places.band(column, columns)
        if band == 1 or len(ones) == 1:
            cells[column, row] = _cell(ones, span)
            continue
        ones.sort(key=lambda one: one.kind)
        share = -(-len(ones) // band)
        for at in range(0, len(ones), share):
            cells[column + at // share, row] = _cell(ones[at : at + share], span)
    return cells


def _cell(ones: list[Ended], span: Span | None) -> Cell:
    kind = min(one.kind for one in ones)
    scores = [one.score for one in ones if one.score is not None]
    if span is None or len(scores) < len(ones):
        return Cell(kind, len(ones))
    beyond = -1 if max(scores) < span.low else 1 if min(scores) > span.high else 0
    return Cell(kind, len(ones), beyond)


def scatter_lines(
    parameter: Parameter,
    trials: Trials,
    values: ValueFormat,
    size: tuple[int, int],
    glyphs: Glyphs,
) -> list[Line]:
    """Draw a scatter in exactly `size` (width, height) cells: the plot, its rule, its labels."""
    width, height = size
    ends = (trials.span.high, trials.span.low) if trials.span is not None else ()
    margin = min(max((width_of(values.text(end)) for end in ends), default=0), width // 3)
    columns, rows = width - margin - 1, height - 2
    if columns < 4 or rows < 1:
        return [crop((), width)] * height
    plot = scatter(parameter, trials, columns, rows)
    labels = _labels(plot, values)
    lines = []
    for y in range(rows):
        if y == plot.lane:
            edge: list[Run] = [(right(space_glyphs(glyphs).dots[3][0], margin), "error")]
        else:
            edge = [(right(labels.get(y, ""), margin), "dim")]
        edge.append((glyphs.tick if y in labels else glyphs.vertical, "faint"))
        lines.append(crop((*edge, *_row(plot, y, glyphs)), width))
    if not plot.cells:
        lines[rows // 2] = crop((("   no trial with it has ended yet", "dim"),), width)
    rule, below = places_lines(plot.places, columns, glyphs)
    lines.append(crop((((" " * margin) + glyphs.corner, "faint"), *rule), width))
    return [*lines, crop((((" " * (margin + 1)), ""), *below), width)]


def _row(plot: Scatter, y: int, glyphs: Glyphs) -> list[Run]:
    marks = space_glyphs(glyphs)
    runs: list[Run] = []
    for x in range(plot.columns):
        cell = plot.cells.get((x, y))
        if cell is None:
            text, role = " ", ""
        elif cell.beyond:
            text, role = (marks.above if cell.beyond > 0 else marks.below), DOT_ROLES[cell.kind]
        else:
            text, role = marks.dots[cell.kind][cell.count > 1], DOT_ROLES[cell.kind]
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + text, role)
        else:
            runs.append((text, role))
    return runs


def _labels(plot: Scatter, values: ValueFormat) -> dict[int, str]:
    """Label the top, the bottom, and the middle where there is room: row -> text."""
    if plot.span is None:
        return {}
    first = 1 if plot.lane == 0 else 0
    rows = plot.rows - (plot.lane is not None)
    shares = {first: 1.0, first + rows - 1: 0.0}
    if rows >= _MIDDLE_FROM:
        shares[first + (rows - 1) // 2] = 1 - ((rows - 1) // 2) / (rows - 1)
    low, high = plot.span.low, plot.span.high
    return {row: values.text(low * (1 - share) + high * share) for row, share in shares.items()}

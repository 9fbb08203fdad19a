"""The strip chart of a numeric parameter: trials by objective, the axis with its two brackets, and
how often each value was tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from tui_tuner.plot.scale import Scale
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, Run, crop, plain, right
from tui_tuner.view.range_axis import Axis
from tui_tuner.view.range_editing import Side
from tui_tuner.view.range_glyphs import range_glyphs
from tui_tuner.view.range_points import Cloud, Grid, binned, column_of, span_of
from tui_tuner.view.ranges import Shape, spelled

_TALL = 18
"""From so many lines on, the histogram takes three of them."""
_LANE = 1
_BINS = 48
"""The histogram has about so many bins, however wide the chart."""


class Chart(Struct, frozen=True, kw_only=True):
    """What is drawn but for the brackets."""

    cloud: Cloud
    axis: Axis
    maximize: bool


class Brackets(Struct, frozen=True, kw_only=True):
    """The range wanted, the one searched `now`, and the bracket that moves."""

    shape: Shape
    now: Shape
    side: Side


class Layout(Struct, frozen=True, kw_only=True):
    """A chart on its cells: computed anew only when the trials, the axis or the size change."""

    grid: Grid
    axis: Axis
    margin: int
    columns: int
    rows: int
    histogram: int
    labels: dict[int, str]
    tried: tuple[int, ...]
    """How many trials, any of them, lie in the bin of each column."""
    most: int
    lane: int | None
    """The line of what is infeasible: next to the bad end of the objective."""


def lay_out(chart: Chart, width: int, height: int) -> Layout:
    """Put a chart on `width` x `height` cells."""
    histogram = 3 if height >= _TALL else 1
    lane = _LANE if chart.cloud.infeasible else 0
    rows = max(1, height - 2 - histogram - lane)
    span = span_of(chart.cloud, chart.maximize)
    labels = Scale(span.low, span.high, False).labels(rows) if span else {}
    margin = max(6, *(len(text) + 1 for text in labels.values()), 0)
    columns = max(2, width - margin - 2)
    if lane and not chart.maximize:
        labels = {row + lane: text for row, text in labels.items()}
    grid = binned(chart.cloud, chart.axis, span, columns, rows)
    tried = _in_bins(grid, columns)
    return Layout(
        grid=grid,
        axis=chart.axis,
        margin=margin,
        columns=columns,
        rows=rows,
        histogram=histogram,
        labels=labels,
        tried=tried,
        most=max(tried, default=0),
        lane=None if not lane else rows if chart.maximize else 0,
    )


def _in_bins(grid: Grid, columns: int) -> tuple[int, ...]:
    size = max(1, columns // _BINS)
    counts = [0] * (columns // size + 1)
    for column, tried in grid.tried.items():
        counts[column // size] += tried
    return tuple(counts[column // size] for column in range(columns))


def chart_lines(
    layout: Layout, brackets: Brackets, width: int, glyphs: Glyphs, empty: str
) -> list[Line]:
    """Draw a chart with its brackets; `empty` says what would fill it."""
    picture = _Picture(layout, brackets, glyphs)
    body = list(picture.body())
    if not layout.grid.dots and not layout.grid.infeasible:
        at = len(body) // 2
        body[at] = [(plain(f"  {empty}"), "dim")]
    lines = [crop((*picture.edge(y), *runs), width) for y, runs in enumerate(body)]
    lines += [crop(picture.rule(), width), crop(picture.ends(), width)]
    return [*lines, *(crop(line, width) for line in picture.histogram())]


class _Picture:
    """One drawing of a layout under its brackets."""

    def __init__(self, layout: Layout, brackets: Brackets, glyphs: Glyphs) -> None:
        self._layout = layout
        self._brackets = brackets
        self._glyphs = glyphs
        self._marks = range_glyphs(glyphs)
        shape = brackets.shape
        ends = (shape.value, shape.value) if shape.fixed else (shape.low, shape.high)
        self._low, self._high = (self._column(end) for end in ends)

    def body(self) -> Iterator[list[Run]]:
        """The plot's lines, and that of what is infeasible."""
        layout = self._layout
        for y in range(layout.rows):
            if layout.lane == y == 0:
                yield self._lane()
            yield joined(self._cell(x, y) for x in range(layout.columns))
        if layout.lane == layout.rows:
            yield self._lane()

    def edge(self, y: int) -> list[Run]:
        """The value axis beside a line."""
        layout, glyphs = self._layout, self._glyphs
        if y == layout.lane:
            return [(right(self._marks.cross, layout.margin), "error"), (glyphs.vertical, "faint")]
        label = layout.labels.get(y, "")
        tick = glyphs.tick if label else glyphs.vertical
        return [(right(label, layout.margin), "dim"), (tick, "faint")]

    def rule(self) -> list[Run]:
        """The axis itself: where the range is, where it will be, and room beyond."""
        layout, marks = self._layout, self._marks
        first, last = self._column(self._brackets.now.low), self._column(self._brackets.now.high)
        ticks = {self._column(value) for value, _ in self._ticks()}
        cells: list[Run] = []
        for x in range(layout.columns):
            known = first <= x <= last
            if self._low < x < self._high:
                cells.append((marks.inside_tick if x in ticks else marks.inside, "accent"))
            elif x in ticks:
                cells.append((self._glyphs.below, "faint"))
            else:
                cells.append((self._glyphs.rule if known else marks.beyond, "faint"))
        for x, glyph, role in self._bracket_cells():
            cells[x] = (glyph, role)
        corner = " " * layout.margin + self._glyphs.corner
        return [(corner, "faint"), *joined(cells)]

    def ends(self) -> list[Run]:
        """What stands under the axis: the brackets' values, and round ones where there is room."""
        layout = self._layout
        row = _Labels(layout.columns + 1)
        for text, x, role in self._end_texts():
            row.put(text, x, role)
        for value, text in self._ticks():
            row.put(text, self._column(value) - len(text) // 2, "dim")
        return [(" " * (layout.margin + 1), ""), *row.runs()]

    def histogram(self) -> list[list[Run]]:
        """How often values were tried, the commonest column the highest."""
        layout, ladder = self._layout, self._glyphs.ladder
        steps = len(ladder) * layout.histogram
        heights = [-(-tried * steps // max(layout.most, 6)) for tried in layout.tried]
        lines = []
        for level in reversed(range(layout.histogram)):
            cells: list[Run] = []
            for x, height in enumerate(heights):
                here = min(len(ladder), height - level * len(ladder))
                glyph = ladder[here - 1] if here > 0 else " "
                cells.append((glyph, "spark" if self._inside(x) else "faint"))
            name = "tried" if level == 0 else ""
            lines.append([(right(name, layout.margin) + " ", "dim"), *joined(cells)])
        return lines

    def _cell(self, x: int, y: int) -> Run:
        grid = self._layout.grid
        if (x, y) in grid.best:
            return (self._marks.star, "best" if self._inside(x) else "dim")
        count = grid.dots.get((x, y), 0)
        if count:
            return (self._marks.dots[count > 1], "" if self._inside(x) else "faint")
        if x in (self._low, self._high):
            return (self._marks.guide, "accent" if self._is_active(x) else "faint")
        return (" ", "")

    def _lane(self) -> list[Run]:
        crosses = self._layout.grid.infeasible
        cells = (
            (self._marks.cross, "error") if x in crosses else (" ", "")
            for x in range(self._layout.columns)
        )
        return joined(cells)

    def _bracket_cells(self) -> Iterator[tuple[int, str, str]]:
        if self._brackets.shape.fixed:
            yield self._low, self._marks.point, "sorted cursor"
            return
        for x, glyph in ((self._low, "["), (self._high, "]")):
            yield x, glyph, "sorted cursor" if glyph == self._active_glyph() else "accent"

    def _active_glyph(self) -> str:
        return "[" if self._brackets.side == "low" else "]"

    def _is_active(self, x: int) -> bool:
        return x == (self._low if self._brackets.side == "low" else self._high)

    def _inside(self, x: int) -> bool:
        return self._low <= x <= self._high

    def _end_texts(self) -> list[tuple[str, int, str]]:
        shape, side = self._brackets.shape, self._brackets.side
        if shape.fixed:
            text = spelled(shape.value)
            return [(text, self._low - len(text) // 2, "sorted")]
        low, high = spelled(shape.low), spelled(shape.high)
        left, right_ = self._low - len(low) // 2, self._high - len(high) // 2
        if left + len(low) + 2 > right_:
            left, right_ = min(left, self._low + 1 - len(low)), max(right_, self._high)
            right_ = max(right_, left + len(low) + 1)
        roles = ("sorted", "accent") if side == "low" else ("accent", "sorted")
        return [(low, left, roles[0]), (high, right_, roles[1])]

    def _ticks(self) -> list[tuple[float, str]]:
        return [(v, spelled(v)) for v in self._layout.axis.ticks(self._layout.columns // 9)]

    def _column(self, value: float | None) -> int:
        columns = self._layout.columns
        place = column_of(self._layout.axis, value if value is not None else 0.0, columns)
        return min(max(0, place), columns - 1)


class _Labels:
    """A line on which labels are put where there is still room."""

    def __init__(self, width: int) -> None:
        self._cells: list[Run] = [(" ", "")] * width
        self._taken: list[tuple[int, int]] = []

    def put(self, text: str, start: int, role: str) -> None:
        """Put a label where it begins; one without room is left out."""
        start = min(max(0, start), max(0, len(self._cells) - len(text)))
        end = start + len(text)
        if any(start < after + 1 and before < end + 1 for before, after in self._taken):
            return
        self._taken.append((start, end))
        self._cells[start:end] = [(char, role) for char in text]

    def runs(self) -> list[Run]:
        """Give the line."""
        return joined(self._cells)


def joined(cells: Iterator[Run] | Sequence[Run]) -> list[Run]:
    """Join neighbours of one role."""
    runs: list[Run] = []
    for char, role in cells:
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + char, role)
        else:
            runs.append((char, role))
    return runs

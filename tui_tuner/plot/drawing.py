"""Draws a plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from tui_tuner.view.glyphs import ASCII, UNICODE, Glyphs
from tui_tuner.view.line import Line, Run, crop, plain, right, width_of

from .base import Plot, Series
from .canvas import BRAILLE, CHARACTERS, SOLID, Canvas, Stack
from .frame import Frame
from .names import Name, placed
from .styles import dash_of, letter_of
from .ticks import axis_ticks, label_line

_DASHED_APART = 3
"""Points nearer to each other, in dots, leave no room for dashes between them."""

Patches = dict[int, dict[int, Run]]
"""Characters that lie over the curves: by row, then by cell."""


def plot_lines(plot: Plot, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Draw a plot in exactly `height` lines of `width` cells: title, plot, axis, labels.

    Where there is little room the axis goes, then its labels.
    """
    return list(_drawn(plot, width, height, glyphs.ascii))


@lru_cache(maxsize=64)
def _drawn(plot: Plot, width: int, height: int, ascii_only: bool) -> Sequence[Line]:
    """Draw a plot once: screens ask again whenever anything else on them has changed."""
    glyphs = ASCII if ascii_only else UNICODE
    title = title_of(plot)
    lines = [crop(title, width)][: height if title else 0]
    room = height - len(lines)
    if room <= 0 or width <= 0:
        return lines
    if not any(series.points for series in plot.series):
        lines.append(crop(((f"  {plain(plot.empty)}", "dim"),), width))
        return [*lines, *([crop((), width)] * (room - 1))]
    return [*lines, *_Picture(plot, Frame.of(plot, width, room), glyphs).lines()]


def margins(plot: Plot, width: int, height: int) -> tuple[int, int]:
    """Give the cells left and right of the curves of a plot drawn at this size."""
    frame = Frame.of(plot, width, height - (1 if title_of(plot) else 0))
    return frame.edge, frame.names


def x_at(plot: Plot, width: int, height: int, x: int) -> float | None:
    """Give the x of the reported point nearest to a cell, of a plot drawn at this size."""
    if width <= 0 or height <= 1:
        return None
    frame = Frame.of(plot, width, height - (1 if title_of(plot) else 0))
    every = {px for series in plot.series for px, _ in series.points if frame.takes_x(px)}
    cell = x - frame.edge
    return min(every, key=lambda at: abs(frame.x.place(at, frame.columns) - cell), default=None)


def title_of(plot: Plot) -> Line:
    """Give the first line: the plot's title, else the name of what is drawn."""
    return plot.title or (((plain(plot.y.title), "bold"),) if plot.y.title else ())


class _Picture:
    """One drawing of a plot on its frame."""

    def __init__(self, plot: Plot, frame: Frame, glyphs: Glyphs) -> None:
        self._plot = plot
        self._frame = frame
        self._glyphs = glyphs
        self._dots = CHARACTERS if glyphs.ascii else BRAILLE
        self._stack = Stack.of([self._curve(series) for series in plot.series], frame.rows)
        self._patches: Patches = {}

    def lines(self) -> list[Line]:
        """Give every line of the plot, its axis and its labels."""
        self._lay_rule()
        for number, series in enumerate(self._plot.series, 1):
            self._lay_dots(number, series)
        self._lay_bad()
        self._lay_names()
        frame = self._frame
        rows = [crop((*self._edge(y), *self._row(y)), frame.width) for y in range(frame.rows)]
        return [*rows, *(self._axis() if frame.axis else [])]

    def _curve(self, series: Series) -> bytes:
        frame = self._frame
        canvas = Canvas(frame.columns, frame.rows, self._dots)
        if series.line:
            dots = frame.dots(series.points, canvas.width, canvas.height)
            sparse = len(dots) * _DASHED_APART <= canvas.width
            canvas.curve(dots, dash_of(series.role) if sparse else SOLID)
        return canvas.cells()

    def _lay_rule(self) -> None:
        """Stand the cursor's rule where no curve is."""
        x = self._cursor_cell()
        if x is not None:
            for y in range(self._frame.rows):
                if not self._stack.owners[y][x]:
                    self._lay(x, y, self._glyphs.vertical, "dim")

    def _cursor_cell(self) -> int | None:
        at = self._plot.cursor
        if at is None or not self._frame.takes_x(at):
            return None
        x = self._frame.x.place(at, self._frame.columns)
        return x if 0 <= x < self._frame.columns else None

    def _lay_dots(self, number: int, series: Series) -> None:
        """Lay the dots of a series without a line, over the curves before it."""
        glyph = series.glyph or ("o" if self._glyphs.ascii else "•")
        for point in series.points if not series.line else ():
            at = self._frame.cell(point)
            if at is not None and self._stack.owners[at[1]][at[0]] <= number:
                self._lay(*at, glyph, series.role)

    def _lay_bad(self) -> None:
        """Mark along the top edge what was no number."""
        frame = self._frame
        for series in self._plot.series:
            for x, y in series.points:
                if (y is None or not math.isfinite(y)) and frame.takes_x(x):
                    cell = frame.x.place(x, frame.columns)
                    if frame.holds(cell, 0):
                        self._lay(cell, 0, self._glyphs.bad, "error")

    def _lay_names(self) -> None:
        frame = self._frame
        ends: list[tuple[float, Name]] = []
        for at, text in frame.called.items():
            series = self._plot.series[at]
            found = ((y, frame.cell((x, y))) for x, y in reversed(series.points))
            value, cell = next(((y, c) for y, c in found if c is not None), (None, None))
            if text and value is not None and cell is not None:
                name = Name(text=text, role=series.role, x=cell[0], y=cell[1])
                ends.append((-frame.y.share(value), name))
        names = [name for _, name in sorted(ends, key=lambda end: end[0])]
        width = frame.columns + frame.names
        for x, y, name in placed(names, width, frame.rows, frame.columns, self._is_free):
            row = self._patches.setdefault(y, {})
            row[x] = (name.text, name.role)

    def _lay(self, x: int, y: int, char: str, role: str) -> None:
        self._patches.setdefault(y, {})[x] = (char, role)

    def _is_free(self, x: int, y: int, size: int) -> bool:
        """Whether so many cells are blank, or only crossed by the cursor's rule."""
        row = self._patches.get(y, {})
        rule = self._glyphs.vertical
        free = not any(self._stack.owners[y][max(0, x - 1) : x + size])
        return free and all(row.get(at, (rule,))[0] == rule for at in range(x, x + size))

    def _edge(self, y: int) -> list[Run]:
        frame, glyphs = self._frame, self._glyphs
        if not frame.edge:
            return []
        text = frame.labels.get(y, "")
        tick = glyphs.tick if y in frame.labels else glyphs.vertical
        return [(right(text, frame.edge - 1), "dim"), (tick, "faint")]

    def _row(self, y: int) -> list[Run]:
        roles = ["", *(series.role for series in self._plot.series)]
        own = "".join(letter_of(role) for role in roles[1:])
        runs = [(text, roles[by]) for text, by in self._stack.row(y, self._dots, own)]
        return _patched(runs, self._patches.get(y, {}))

    def _axis(self) -> list[Line]:
        frame, glyphs = self._frame, self._glyphs
        ticks = axis_ticks(self._plot.x, frame.x, frame.columns)
        rule = [glyphs.rule] * frame.columns
        for x, _, _ in ticks:
            rule[x] = glyphs.below
        runs: list[Run] = [("".join(rule), "faint")]
        cursor = self._cursor_cell()
        if cursor is not None:
            runs = _patched(runs, {cursor: (glyphs.up, "accent")})
        left = " " * (frame.edge - 1)
        corner: list[Run] = [(left + glyphs.corner, "faint")] if frame.edge else []
        words = " " * frame.edge + label_line(ticks, frame.x_title, frame.columns)
        return [crop((*corner, *runs), frame.width), crop(((words, "dim"),), frame.width)]


def _patched(runs: list[Run], patches: dict[int, Run]) -> list[Run]:
    """Lay texts over a row, where each of its characters takes a cell."""
    if not patches:
        return runs
    out: list[Run] = []
    text = "".join(part for part, _ in runs)
    roles = [role for part, role in runs for _ in part]
    at = 0
    for x in [*sorted(patches), None]:
        end = len(text) if x is None else min(x, len(text))
        while at < end:
            stop = next((i for i in range(at, end) if roles[i] != roles[at]), end)
            out.append((text[at:stop], roles[at]))
            at = stop
        if x is None:
            break
        if x > at:
            out.append((" " * (x - at), ""))
        out.append(patches[x])
        at = x + width_of(patches[x][0])
    return out

"""The parameters of a space, a row each: range now, range wanted, range at the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, Run, crop, fit, plain, width_of
from tui_tuner.view.range_editing import Editing
from tui_tuner.view.ranges import Parameter, Shape, shape_text

from .lines import Lines

_WIDE = 112
"""From so many columns on there is room for where the best trials lie."""
STRIP = 24
_MOST_RANGE = 32
_ARROW = 2


class Columns(Struct, frozen=True, kw_only=True):
    """How wide the columns are; `strip` is 0 where there is no room for it."""

    name: int
    kind: int
    ranges: int
    wanted: int
    strip: int

    @classmethod
    def over(cls, parameters: Sequence[Parameter], width: int) -> Columns:
        """Share `width` cells out."""
        name = min(22, max([9, *(width_of(plain(p.name)) for p in parameters)]))
        strip = STRIP if width >= _WIDE else 0
        kind = 9
        left = width - 4 - name - 1 - kind - 1 - (strip + 2 if strip else 0)
        ranges = min(_MOST_RANGE, max(8, (left - 2 - _ARROW) // 3))
        return cls(name=name, kind=kind, ranges=ranges, wanted=ranges + _ARROW, strip=strip)


class RangeTable(Lines):
    """Shows an editing; the row under the cursor stays in view."""

    def __init__(self, *, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._editing = Editing()
        self._version = 1
        self._strips: Mapping[str, Line] = {}
        self._top = 0

    def show(self, editing: Editing, version: int, strips: Mapping[str, Line]) -> None:
        """Show another editing; `strips` say where the best trials lie, by parameter."""
        self._editing, self._version, self._strips = editing, version, strips
        self.repaint()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the heading and the rows in view."""
        editing = self._editing
        columns = Columns.over(editing.parameters, width)
        room = max(1, height - 1)
        self._top = min(max(self._top, editing.selected - room + 1), editing.selected)
        self._top = max(0, min(self._top, len(editing.parameters) - room))
        shown = range(self._top, min(len(editing.parameters), self._top + room))
        rows = [crop(self._row(place, columns), width) for place in shown]
        blank = crop((), width)
        return [self._heading(columns, width), *rows, *([blank] * (room - len(rows)))][:height]

    def _heading(self, columns: Columns, width: int) -> Line:
        now, then = fit(f"now (v{self._version})", columns.ranges), fit("then", columns.wanted)
        texts = f"{now} {then} {fit('as it began', columns.ranges)}"
        best = "  where the ten best lie" if columns.strip else ""
        head = f"    {fit('parameter', columns.name)} {fit('drawn', columns.kind)} {texts}{best}"
        return crop(((head, "head"),), width)

    def _row(self, place: int, columns: Columns) -> list[Run]:
        parameter = self._editing.parameters[place]
        shape = self._editing.shape(parameter)
        edited, here = self._editing.is_edited(parameter), place == self._editing.selected
        mark = self._glyphs.mark if parameter.changed else " "
        runs: list[Run] = [
            (f" {self._glyphs.cursor if here else ' '}", "accent"),
            (f"{mark} ", "warning"),
            (fit(plain(parameter.name), columns.name), "bold" if here or edited else ""),
            (f" {fit(drawn(parameter, shape), columns.kind)} ", "dim"),
            (self._shape(parameter.now, columns), "dim" if edited else ""),
            (" ", ""),
            (self._wanted(shape, columns) if edited else " " * columns.wanted, "accent bold"),
            (" ", ""),
            (self._shape(parameter.first, columns), "" if parameter.changed else "faint"),
        ]
        if columns.strip:
            runs += [("  ", ""), *self._strips.get(parameter.name, ())]
        return [(t, f"{role} cursor".strip()) for t, role in runs] if here else runs

    @property
    def _between(self) -> str:
        return ".." if self._glyphs.ascii else self._glyphs.ellipsis

    def _shape(self, shape: Shape, columns: Columns) -> str:
        return fit(shape_text(shape, self._between), columns.ranges)

    def _wanted(self, shape: Shape, columns: Columns) -> str:
        text = shape_text(shape, self._between)
        return fit(f"{self._glyphs.to} {text}", columns.wanted)


def drawn(parameter: Parameter, shape: Shape) -> str:
    """Say in two words how a parameter is drawn: 'log', 'int log', 'choices', 'fixed'."""
    if shape.fixed:
        return "fixed"
    if shape.values is not None:
        return "choices"
    kind = {"int": "int", "quantised": "steps"}.get(parameter.kind)
    if kind is None:
        return "log" if shape.log else "linear"
    return f"{kind} log" if shape.log else kind

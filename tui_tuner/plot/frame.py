"""Where a plot's parts go on its cells."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from tui_tuner.view.line import fit, plain, width_of

from .base import Axis, Plot, Point
from .scale import Scale
from .strokes import Dot

_LEAST_COLUMNS = 8
_ROOM_FOR_NAMES = 24
_TITLES = {"steps": "epoch"}


class Frame(Struct, frozen=True, kw_only=True):
    """The cells of a plot: `columns` x `rows` for curves, `edge` at their left, `names` right.

    `axis`: whether there are the two lines of the lower axis below.
    """

    width: int
    columns: int
    rows: int
    edge: int
    names: int
    axis: bool
    labels: dict[int, str]
    called: dict[int, str]
    """What stands at the ends of lines, by the places of the series."""
    x: Scale
    y: Scale
    x_title: str

    @classmethod
    def of(cls, plot: Plot, width: int, height: int) -> Frame:
        """Divide `width` x `height` cells among the parts of a plot."""
        axis = height >= 4
        rows = height - 2 if axis else height
        y = _scale(plot.y, [v for s in plot.series for _, v in s.points if v is not None])
        labels = y.labels(rows) if rows > 1 else {}
        edge = max((len(text) for text in labels.values()), default=-1) + 2
        edge = max(edge, plot.margins[0]) if labels else edge
        if width - edge < max(_LEAST_COLUMNS, width // 2):
            labels, edge = {}, 0
        called, names = _named(plot, width - edge)
        names = max(names, plot.margins[1])
        log = plot.x.log
        return cls(
            width=width,
            columns=width - edge - names,
            rows=rows,
            edge=edge,
            names=names,
            called=called,
            axis=axis,
            labels=labels,
            x=_scale(plot.x, [x for s in plot.series for x, _ in s.points if x > 0 or not log]),
            y=y,
            x_title=plot.x.title or _TITLES.get(plot.x.unit, ""),
        )

    def cell(self, point: Point) -> tuple[int, int] | None:
        """Give the cell of a point; None if it is not on the plot."""
        at = self.dots((point,), self.columns, self.rows)[0]
        return at if at is not None and self.holds(*at) else None

    def dots(self, points: Sequence[Point], width: int, height: int) -> list[Dot | None]:
        """Give the places of points on a grid of dots."""
        along, up = self.x.places(width), self.y.places(height)
        last, isfinite = height - 1, math.isfinite
        return [
            (along(x), last - up(y)) if y is not None and isfinite(y) and self.takes_x(x) else None
            for x, y in points
        ]

    def takes_x(self, x: float) -> bool:
        """Whether a value can lie on the lower axis."""
        return math.isfinite(x) and (x > 0 or not self.x.log)

    def holds(self, x: int, y: int) -> bool:
        """Whether a cell is one for curves."""
        return 0 <= x < self.columns and 0 <= y < self.rows


def can_be_log(plot: Plot) -> bool:
    """Whether every value of a plot can lie on a logarithmic axis: whether all are above 0."""
    values = (y for s in plot.series for _, y in s.points if y is not None and math.isfinite(y))
    return min(values, default=0.0) > 0


def _scale(axis: Axis, values: list[float]) -> Scale:
    """Span an axis. One that shall be logarithmic and has no value above 0 is not."""
    if axis.names:
        return Scale(-0.5, len(axis.names) - 0.5)
    finite = [value for value in values if math.isfinite(value)]
    ends = (axis.low, axis.high)
    log = axis.log and min((*finite, *(end for end in ends if end is not None)), default=0.0) > 0
    return Scale.over(finite or [1.0 if log else 0.0], log, *ends)


def _named(plot: Plot, room: int) -> tuple[dict[int, str], int]:
    """Give what the series are called, by their places, and the cells to keep for it."""
    full = {at: plain(s.name) for at, s in enumerate(plot.series) if s.name and s.points}
    if not full or room < _ROOM_FOR_NAMES:
        return {}, 0
    if max(map(width_of, full.values())) > room // 4:
        full = {at: plain(plot.series[at].short) or name for at, name in full.items()}
    size = min(max(map(width_of, full.values())), room // 4)
    return {at: fit(name, size).rstrip() for at, name in full.items()}, size + 2

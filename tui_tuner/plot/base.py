"""What a plot shows, as data."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tui_tuner.view.line import Line

Point = tuple[float, float | None]
"""(x, y); a y of None was no number, and shows as a mark at the edge."""

Unit = Literal["number", "steps", "seconds"]


class Series(Struct, frozen=True, kw_only=True):
    """Points of one meaning. A line joins them in the order of x; `line` False leaves dots."""

    points: tuple[Point, ...] = ()
    role: str = "plot"
    """Its colour: 'plot', or 'plot1' to 'plot6' where several are told apart."""
    name: str = ""
    """Stands at the end of its line, so that no one needs the colour; may be empty."""
    short: str = ""
    """Stands there instead where the names take more than a quarter of the width."""
    line: bool = True
    glyph: str = ""
    """What a dot looks like, where `line` is False: one cell."""


class Axis(Struct, frozen=True, kw_only=True):
    """An axis. `low` and `high` None: as far as the points go. `log` needs values above 0.

    With `names` it has as many equal places: the points at 0, 1, 2 and so on lie over them.
    """

    title: str = ""
    unit: Unit = "number"
    log: bool = False
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()


class Plot(Struct, frozen=True, kw_only=True):
    """Series over a pair of axes; those later in the list lie on top.

    `title` is the first line; `cursor` is an x at which a rule stands, to read values off.
    """

    series: tuple[Series, ...]
    title: Line = ()
    x: Axis = Axis()
    y: Axis = Axis()
    cursor: float | None = None
    margins: tuple[int, int] = (0, 0)
    """Cells left and right of the curves at least: those of a plot that this one lies under."""
    empty: str = "no reports yet"
    """What it says instead where no series has points."""

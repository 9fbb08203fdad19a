"""Draws a plot."""

from __future__ import annotations

from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, crop
from tui_tuner.widgets.curve_plot import Curve, curve_plot

from .base import Plot


def plot_lines(plot: Plot, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Draw a plot in exactly `height` lines of `width` cells: title, plot, axis, labels."""
    first = plot.series[0] if plot.series else None
    points = tuple((int(x), y) for x, y in first.points) if first is not None else ()
    curve = Curve(name=plot.y.title, points=points, log=plot.y.log)
    lines = curve_plot(curve, width, height, glyphs)
    return [crop(plot.title, width), *lines[1:]] if plot.title else lines

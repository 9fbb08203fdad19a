"""Plots as lines of text: several series over one pair of axes, in braille or ASCII."""

from .base import Axis, Plot, Point, Series
from .drawing import margins, plot_lines, x_at
from .frame import can_be_log
from .reading import smoothed, stepped, values_at
from .styles import ROLES, sample

__all__ = [
    "ROLES",
    "Axis",
    "Plot",
    "Point",
    "Series",
    "can_be_log",
    "margins",
    "plot_lines",
    "sample",
    "smoothed",
    "stepped",
    "values_at",
    "x_at",
]

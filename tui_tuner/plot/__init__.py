"""Plots as lines of text: several series over one pair of axes, in braille, blocks or ASCII."""

from .base import Axis, Plot, Series
from .drawing import plot_lines

__all__ = ["Axis", "Plot", "Series", "plot_lines"]

"""How the lines of a plot are told apart without colour: by dashes, or by their characters."""

from __future__ import annotations

from tui_tuner.view.glyphs import Glyphs

from .canvas import SOLID, Dash

_DASHES = {
    "plot2": Dash(4, 2),
    "plot3": Dash(1, 1),
    "plot4": Dash(7, 3),
    "plot5": Dash(2, 3),
    "plot6": Dash(1, 3),
}
_LETTERS = {
    "plot": "*",
    "plot1": "*",
    "plot2": "+",
    "plot3": "o",
    "plot4": "#",
    "plot5": "%",
    "plot6": "@",
}
_SAMPLES = {"plot2": "╌╌", "plot3": "┄┄", "plot4": "─╌", "plot5": "╌ ", "plot6": "··"}

ROLES = ("plot1", "plot2", "plot3", "plot4", "plot5", "plot6")


def dash_of(role: str) -> Dash:
    """Give the dashes of the lines of a role."""
    return _DASHES.get(role, SOLID)


def letter_of(role: str) -> str:
    """Give the character of the lines of a role, where ASCII is all."""
    return _LETTERS.get(role, ".")


def sample(role: str, glyphs: Glyphs) -> str:
    """Give two cells that look like a line of a role, for a legend."""
    return letter_of(role) * 2 if glyphs.ascii else _SAMPLES.get(role, "──")

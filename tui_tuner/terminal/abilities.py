"""What a kind of terminal can be trusted to do, by its own name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Abilities(NamedTuple):
    """The sequences that save bytes where a terminal has them."""

    erases: bool = False
    """Blanks a number of cells (ECH)."""
    erases_in_colour: bool = False
    """What is erased takes the background that is set (`bce` in terminfo)."""
    repeats: bool = False
    """Writes the last character again (REP), whatever character it is."""
    ascii_only: bool = False
    """Shows nothing beyond ASCII."""


PLAINEST = Abilities()
_ERASES = Abilities(erases=True)
_COLOURS = Abilities(erases=True, erases_in_colour=True)

_REPEATING = ("foot", "alacritty", "wezterm", "xterm-ghostty", "contour")
"""Terminals known by a name of their own to repeat any character.

`xterm` is no such name: mosh, JediTerm and others call themselves so and do not repeat. tmux
repeated ASCII alone until 3.5.
"""

_COLOURING = (
    "xterm",
    "linux",
    "rxvt",
    "st-",
    "konsole",
    "vte",
    "gnome",
    "putty",
    "iterm",
    "mlterm",
)


def abilities(environ: Mapping[str, str]) -> Abilities:
    """Give what the terminal named by `TERM` can do; an unknown one can do little."""
    term = environ.get("TERM", "")
    if term.startswith("xterm-kitty"):
        return Abilities(erases=True, repeats=True)
    if term.startswith(_REPEATING):
        return _COLOURS._replace(repeats=True)
    if term.startswith("tmux"):
        return _ERASES
    return _COLOURS if term.startswith(_COLOURING) or term == "st" else PLAINEST


def cannot_draw(environ: Mapping[str, str]) -> str:
    """Say why there can be no screen on this terminal; '' where there can."""
    term = environ.get("TERM", "")
    if term in ("dumb", "unknown", ""):
        named = f"TERM={term}" if term else "TERM is not set, so this"
        return f"{named} is no terminal to draw on"
    return ""

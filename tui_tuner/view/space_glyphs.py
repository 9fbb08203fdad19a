"""The characters of the pictures of the space, in Unicode and in plain ASCII."""

from __future__ import annotations

from typing import NamedTuple

from .glyphs import Glyphs


class SpaceGlyphs(NamedTuple):
    """`dots` are what became of a trial: best, complete, pruned, failed; for one in a cell, for
    several. `shades` are how often a cell was tried, from never to most."""

    dots: tuple[tuple[str, str], ...]
    above: str
    below: str
    shades: str


_UNICODE = SpaceGlyphs((("★", "★"), ("•", "●"), ("◦", "○"), ("✕", "✕")), "▲", "▼", " ░▒▓█")
_ASCII = SpaceGlyphs((("*", "*"), ("o", "O"), (".", ":"), ("x", "x")), "^", "v", " .:+#")

DOT_ROLES = ("best", "", "dim", "error")
DOT_NAMES = ("best", "complete", "pruned", "failed")


def space_glyphs(glyphs: Glyphs) -> SpaceGlyphs:
    """Choose those the terminal can show."""
    return _ASCII if glyphs.ascii else _UNICODE

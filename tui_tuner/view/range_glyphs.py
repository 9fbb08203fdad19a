"""The characters of the range editor, in Unicode and in plain ASCII."""

from __future__ import annotations

from typing import NamedTuple

from .glyphs import Glyphs


class RangeGlyphs(NamedTuple):
    """`dots`: one trial in a cell, several. `inside` is the axis between the brackets, `beyond` the
    axis where the range has not been."""

    dots: tuple[str, str]
    star: str
    cross: str
    inside: str
    inside_tick: str
    beyond: str
    point: str
    guide: str
    left: str
    right: str
    taken: str
    free: str


_UNICODE = RangeGlyphs(("•", "●"), "★", "✕", "═", "╪", "╌", "◆", "┊", "◂", "▸", "[✓]", "[ ]")
_ASCII = RangeGlyphs(("o", "O"), "*", "x", "=", "+", ".", "#", ":", "<", ">", "[x]", "[ ]")


def range_glyphs(glyphs: Glyphs) -> RangeGlyphs:
    """Choose those the terminal can show."""
    return _ASCII if glyphs.ascii else _UNICODE

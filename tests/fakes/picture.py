"""What a screen looks like, as text that a person can read in a diff: its cells, then their looks.

A look is a letter, the legend says which: foreground on background, and what else it is. Lines
whose looks are all the usual one are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from string import ascii_letters
from typing import Any

from rich.style import Style
from textual.app import App
from textual.strip import Strip

USUAL = "."

ATTRIBUTES = ("bold", "dim", "italic", "underline", "strike", "blink", "reverse")


def picture(app: App[Any]) -> str:
    """Describe what the app shows now."""
    return picture_of(app.screen._compositor.render_strips())


def picture_of(strips: Sequence[Strip]) -> str:
    """Describe lines of styled text."""
    rows = [_looks(strip) for strip in strips]
    counted = Counter(look for row in rows for look in row)
    usual = counted.most_common(1)[0][0]
    letters = {usual: USUAL}
    for look in sorted(counted, key=lambda one: (-counted[one], one)):
        letters.setdefault(look, ascii_letters[len(letters) - 1])
    texts = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
    looks = [_short([letters[look] for look in row]) for row in rows]
    legend = [f"{letter} {look}" for look, letter in letters.items()]
    told = [f"{y + 1:3} {look}" for y, look in enumerate(looks) if look]
    return "\n".join([*texts, "", *legend, "", *told, ""])


def _looks(strip: Strip) -> list[str]:
    return [_look(segment.style) for segment in strip for _ in range(segment.cell_length)]


def _look(style: Style | None) -> str:
    if style is None:
        return "none"
    words = [_colour(style.color), "on", _colour(style.bgcolor)]
    words += [
        name for name in ("bold", "dim", "italic", "underline", "reverse") if _is(style, name)
    ]
    return " ".join(words)


def _is(style: Style, name: str) -> bool:
    return bool(getattr(style, name))


def _colour(colour: Any) -> str:
    return "default" if colour is None else colour.triplet.hex if colour.triplet else colour.name


def _short(letters: list[str]) -> str:
    runs = [(letter, len(list(run))) for letter, run in groupby(letters)]
    if [letter for letter, _ in runs] == [USUAL]:
        return ""
    return " ".join(f"{letter}{count}" for letter, count in runs)

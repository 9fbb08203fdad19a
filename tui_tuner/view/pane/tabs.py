"""The heading of the pane: its tabs, by number and name, the chosen one underlined."""

from __future__ import annotations

from collections.abc import Iterator

from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, Run, crop

from .base import TABS

_GAP = 2
_MARGIN = 1


def tabs_line(chosen: str, width: int, glyphs: Glyphs, *, focused: bool) -> Line:
    """Write the tabs; a pointer before them says that keys go to the pane."""
    runs: list[Run] = [(glyphs.cursor if focused else " ", "accent")]
    at = _MARGIN
    for tab, start, text in _places(chosen, width):
        runs.append((" " * (start - at), ""))
        number, _, name = text.partition(" ")
        on = tab == chosen
        runs.append((number, "key" if on else "dim"))
        if name:
            runs += [(" ", ""), (name, "chosen" if on else "dim")]
        at = start + len(text)
    return crop(runs, width)


def tab_at(x: int, chosen: str, width: int) -> str | None:
    """Say which tab a column of the heading belongs to."""
    for tab, start, text in _places(chosen, width):
        if start <= x < start + len(text):
            return tab
    return None


def _places(chosen: str, width: int) -> Iterator[tuple[str, int, str]]:
    """Give each tab, its column and its text: names where they fit, else only the chosen one's."""
    texts = [f"{n} {tab.capitalize()}" for n, tab in enumerate(TABS, start=1)]
    if _MARGIN + sum(map(len, texts)) + _GAP * (len(TABS) - 1) > width:
        texts = [text if tab == chosen else text[0] for tab, text in zip(TABS, texts, strict=True)]
    at = _MARGIN
    for tab, text in zip(TABS, texts, strict=True):
        yield tab, at, text
        at += len(text) + _GAP

"""What keeps the search for garbage out of a person's way: little to look through, and seldom.

Textual keeps the colours around a widget in a cache keyed on the widget's whole drawing, and with
them the drawings of the last thousand widgets: a megabyte a screen that was opened, and more with
each for the garbage collector to look through while a person waits for a key. Keyed on the colours
alone, the cache keeps nothing else.
"""

from __future__ import annotations

import gc
from functools import lru_cache
from typing import Any

from textual._styles_cache import StylesCache
from textual.color import Color

YOUNG = 250_000
"""Objects made before the interpreter looks for garbage by itself: see `tidying`."""


def spare_what_lives_on() -> None:
    """Never look again at what there is now: modules, and rows by the ten thousand."""
    gc.set_threshold(YOUNG, 20, 20)
    gc.freeze()


def forget_drawings() -> None:
    """Key Textual's cache anew; where Textual has none any more, there is nothing to do."""
    worked_out = getattr(StylesCache.get_inner_outer, "__wrapped__", None)
    if worked_out is None:
        return

    @lru_cache(1024)
    def of_colours(base: Color, background: Color) -> Any:
        return worked_out(StylesCache, base, background)

    def of_drawing(drawing: StylesCache, base: Color, background: Color) -> Any:
        return of_colours(base, background)

    StylesCache.get_inner_outer = of_drawing  # type: ignore[method-assign, assignment]

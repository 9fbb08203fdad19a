"""What was drawn for a widget goes when the widget does."""

from __future__ import annotations

import gc
import weakref

from textual._styles_cache import StylesCache
from textual.color import Color

from tui_tuner.forgetting import forget_drawings


def test_textual_keeps_no_drawing_of_a_widget_that_is_gone():
    forget_drawings()
    forget_drawings()
    drawing = StylesCache()
    colours = Color(1, 2, 3), Color(4, 5, 6, 0.5)
    inner, outer = drawing.get_inner_outer(*colours)
    assert inner.background == colours[0] + colours[1]
    assert outer.background == colours[0]
    gone = weakref.ref(drawing)
    del drawing
    gc.collect()
    assert gone() is None

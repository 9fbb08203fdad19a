"""Lines that may be more than fit: as high as they need, up to a bound, and scrolled beyond it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events

from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.line import Line, crop
from tui_tuner.view.table import Window, scroll_bar

from .lines import Lines

_WHEEL = 3


class Scrolled(Lines):
    """`draw` gives all lines for a width; two columns at the right are the scroll bar's."""

    def __init__(
        self,
        draw: Callable[[int], Sequence[Line]],
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._glyphs = glyphs
        self._top = 0

    def scroll_rows(self, rows: int) -> None:
        """Show later lines, or earlier ones."""
        self._top += rows
        self.repaint()

    def page(self, direction: int) -> None:
        """Scroll by a screenful."""
        self.scroll_rows(direction * max(1, self.size.height - 1))

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw what is in view."""
        every = self._draw(max(1, width - 2))
        window = Window(self._top, height).within(len(every))
        self._top = window.top
        bar = scroll_bar(len(every), window, self._glyphs)
        shown = list(every[window.top : window.top + height])
        shown += [crop((), max(1, width - 2))] * (height - len(shown))
        return [crop((*line, (" ", ""), bar[y]), width) for y, line in enumerate(shown)]

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show later lines."""
        event.stop()
        self.scroll_rows(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show earlier lines."""
        event.stop()
        self.scroll_rows(-_WHEEL)

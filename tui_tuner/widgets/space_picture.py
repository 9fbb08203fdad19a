"""The picture of the space: panels are drawn once a change of the trials, the look or the size."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line
from tui_tuner.view.space_look import Look
from tui_tuner.view.space_screen import Known, panel_lines, sheet_of, space_lines

from .lines import Lines


class SpacePicture(Lines):
    """Moving the cursor repaints titles; panels are drawn anew only where something changed."""

    class Chosen(Message):
        """A panel was clicked, or the wheel was turned: go to the parameter `at`."""

        def __init__(self, at: int) -> None:
            self.at = at
            super().__init__()

    def __init__(self, *, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._known = Known()
        self._look = Look()
        self._drawn: dict[tuple[object, ...], Sequence[Line]] = {}

    @property
    def across(self) -> int:
        """How many panels stand side by side."""
        sheet = sheet_of(self._known, self._look, *self.size)
        return sheet.across if sheet is not None and not self._look.large else 1

    @property
    def page(self) -> int:
        """How many parameters are in view at once."""
        sheet = sheet_of(self._known, self._look, *self.size)
        return sheet.page if sheet is not None and not self._look.large else 1

    def show(self, known: Known, look: Look) -> None:
        """Show other trials, or look at them in another way."""
        if known is not self._known:
            self._drawn.clear()
        self._known, self._look = known, look
        self.repaint()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the picture."""
        return space_lines(self._known, self._look, width, height, self._glyphs, self._panel)

    def on_click(self, event: events.Click) -> None:
        """Choose the parameter of a panel."""
        event.stop()
        sheet = sheet_of(self._known, self._look, *self.size)
        if sheet is None or self._look.large:
            return
        y = event.y - (self._look.picture == "coverage")
        at = sheet.first(self._look.at) + sheet.at(event.x, y)
        if y >= 0 and at < len(self._known.parameters):
            self.post_message(self.Chosen(at))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go to the next parameter."""
        event.stop()
        self.post_message(self.Chosen(self._look.at + 1))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go to the parameter before."""
        event.stop()
        self.post_message(self.Chosen(self._look.at - 1))

    def _panel(self, name: str, width: int, height: int) -> Sequence[Line]:
        pairs = self._look.picture == "coverage" and self._look.large
        across = self._look.at if pairs else None
        key = (self._look.picture, self._look.near, across, name, width, height)
        if key not in self._drawn:
            size = (width, height)
            self._drawn[key] = panel_lines(self._known, self._look, name, size, self._glyphs)
        return self._drawn[key]

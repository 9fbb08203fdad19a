"""Drawn lines that say where they were clicked."""

from __future__ import annotations

from textual import events
from textual.message import Message

from .lines import Drawn


class Clickable(Drawn):
    """Posts `Clicked` with the cell, counted from its first."""

    class Clicked(Message):
        """A cell was clicked."""

        def __init__(self, sender: Clickable, x: int, y: int) -> None:
            self.sender = sender
            self.x = x
            self.y = y
            super().__init__()

        @property
        def control(self) -> Clickable:
            """Who was clicked: `on` finds it by its id."""
            return self.sender

    def on_click(self, event: events.Click) -> None:
        """Say where."""
        event.stop()
        at = event.get_content_offset(self)
        if at is not None:
            self.post_message(self.Clicked(self, at.x, at.y))

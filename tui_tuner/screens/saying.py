"""What every part of the dashboard can do: say what happened."""

from __future__ import annotations

from textual.screen import Screen

from tui_tuner.widgets.message_line import MessageLine


class Saying(Screen[None]):
    """A screen with a message line."""

    def say(self, text: str, role: str = "notice") -> None:
        """Say what happened, on the message line."""
        self.query_one(MessageLine).say(text, role)

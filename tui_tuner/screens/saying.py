"""A screen that can say what happened."""

from __future__ import annotations

from tui_tuner.screens.page import Page
from tui_tuner.widgets.message_line import MessageLine


class Saying(Page):
    """A screen with a message line."""

    def say(self, text: str, role: str = "notice") -> None:
        """Say what happened, on the message line."""
        self.query_one(MessageLine).say(text, role)

    def notice(self, text: str, role: str = "notice") -> None:
        """Tell news, until the next key."""
        self.query_one(MessageLine).notice(text, role)

    def hush(self) -> None:
        """Take news away that were seen."""
        self.query_one(MessageLine).hush()

    @property
    def said(self) -> str:
        """What the message line says now."""
        return self.query_one(MessageLine).text

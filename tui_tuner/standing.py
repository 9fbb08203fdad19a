"""Which screens stand, and which of them a person sees."""

from __future__ import annotations

from textual.app import App
from textual.screen import Screen

from tui_tuner.screens.page import Page
from tui_tuner.screens.saying import Saying


class Standing(App[str | None]):
    """An app whose screens lie over each other: pages, and questions over a page."""

    @property
    def standing(self) -> list[Screen[object]]:
        """The screens that can show something: none once the app takes them down to leave."""
        if not self.is_running:
            return []
        return [screen for screen in self.screen_stack if screen.is_mounted]

    @property
    def in_view(self) -> list[Page]:
        """The page that no other covers, if there is one yet."""
        return [screen for screen in self.standing if isinstance(screen, Page)][-1:]

    def say(self, text: str, role: str = "notice") -> None:
        """Say what happened, on the nearest screen that has a line for it."""
        for screen in reversed(self.standing):
            if isinstance(screen, Saying):
                screen.say(text, role)
                return

"""A screen whose one list of lines is moved by the keys that move."""

from __future__ import annotations

from tui_tuner.screens.page import Page
from tui_tuner.widgets.scrolled import Scrolled

_EVERYTHING = 1_000_000


class Scrolling(Page):
    """Its lines are in a `Scrolled`."""

    def action_down(self) -> None:
        """Show later lines."""
        self.query_one(Scrolled).scroll_rows(1)

    def action_up(self) -> None:
        """Show earlier lines."""
        self.query_one(Scrolled).scroll_rows(-1)

    def action_first(self) -> None:
        """Show the first lines."""
        self.query_one(Scrolled).scroll_rows(-_EVERYTHING)

    def action_last(self) -> None:
        """Show the last lines."""
        self.query_one(Scrolled).scroll_rows(_EVERYTHING)

    def action_page_down(self) -> None:
        """Show the next screenful."""
        self.query_one(Scrolled).page(1)

    def action_page_up(self) -> None:
        """Show the screenful before."""
        self.query_one(Scrolled).page(-1)

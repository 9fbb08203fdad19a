"""A screen that follows the sweep."""

from __future__ import annotations

from typing import ClassVar

from textual.screen import Screen

from tui_tuner.view_state import ViewState


class Page(Screen[None]):
    """What the app knows of its screens: where their keys work, and how they are told of news."""

    places: ClassVar[tuple[str, ...]] = ()
    """The places of the registry of actions that a person can be in on it."""

    @property
    def place(self) -> str:
        """Where its keys are now."""
        return self.places[0] if self.places else ""

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep."""
        raise NotImplementedError

    def show_surroundings(self) -> None:
        """Show anew what depends on the link and on the app."""

    def tick(self) -> None:
        """A second has passed while something runs: show the times of what is in view."""

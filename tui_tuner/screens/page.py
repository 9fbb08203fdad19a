"""A screen that follows the sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from tui_tuner.view_state import ViewState
from tui_tuner.widgets.ground import Ground

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp


class Page(Screen[None], Ground):
    """What the app knows of its screens: where their keys work, and how they are told of news.

    One that is covered by another is told nothing; it catches up when it is seen again.
    """

    app: TunerApp
    places: ClassVar[tuple[str, ...]] = ()
    """The places of the registry of actions that a person can be in on it."""

    _missed = False

    @property
    def place(self) -> str:
        """Where its keys are now."""
        return self.places[0] if self.places else ""

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep."""
        raise NotImplementedError

    def on_screen_suspend(self) -> None:
        """Expect to miss something."""
        self._missed = True

    def on_screen_resume(self) -> None:
        """Show what there is by now."""
        if self._missed:
            self._missed = False
            self.show(self.app.view)

    def show_surroundings(self) -> None:
        """Show anew what depends on the link and on the app."""

    def tick(self) -> None:
        """A second has passed while something runs: show the times of what is in view."""

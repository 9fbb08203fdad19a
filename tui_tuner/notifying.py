"""Tells the person what has changed: a line that stays until the next key, and a bell at most
once a picture."""

from __future__ import annotations

from typing import Any

from engine.protocol.messages import Push, Snapshot
from tui_tuner.keymap import key_of
from tui_tuner.options import AppOptions
from tui_tuner.personal import Personal
from tui_tuner.screens.saying import Saying
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.notices import Notice, meanwhile, merged, notices
from tui_tuner.view_state import ViewState


class Notifying(Personal):
    """An app that says what is worth saying of the sweep."""

    glyphs: Glyphs
    options: AppOptions
    who: str
    """The person, as the history names them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._news: list[Notice] = []

    def hear(self, before: ViewState, after: ViewState, push: Push) -> None:
        """Keep what a push changed, to be told once it shows."""
        if before.ended != after.ended:
            self.repaint_footers()
        if isinstance(push, Snapshot):
            self._news += meanwhile(before, after, self.glyphs)
        else:
            names = [row.id for row in push.trials]
            self._news += notices(before, after, names, push.decisions, self.who, self.glyphs)

    def tell(self, farewells: list[str]) -> None:
        """Tell what was heard, and of the trials that are gone; ring where that is worth it."""
        said = merged([*self._news, *(Notice(text=text) for text in farewells)])
        self._news.clear()
        if said is None:
            return
        for screen in reversed(self.standing):
            if isinstance(screen, Saying):
                screen.notice(f"{said.glyph} {said.text}".lstrip(), said.role)
                break
        if said.rings and self.options.bell and self.preferences.bell:
            self.bell()

    def hush(self) -> None:
        """Take news away: a key says that they were seen."""
        for screen in self.standing:
            if isinstance(screen, Saying):
                screen.hush()

    def action_quiet(self) -> None:
        """Ring for news, or keep quiet."""
        rings = not self.preferences.bell
        self.say(
            "the bell rings for news"
            if rings
            else f"the bell is off; {key_of('quiet')} rings it again"
        )
        self.prefer(bell=rings)

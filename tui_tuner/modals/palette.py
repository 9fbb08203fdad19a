"""The actions by name: Textual's palette, at rest while nobody types and plain where asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import CommandInput, CommandList, CommandPalette, Hit, Hits
from textual.system_commands import SystemCommandsProvider

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp


_BY_WORDS = 0.05
"""The score of an action that is found by its help alone: behind those found by their names."""


class ActionsProvider(SystemCommandsProvider):
    """Finds actions by their names, and by words of what they do."""

    async def search(self, query: str) -> Hits:
        """Give the actions that fit."""
        matcher, words = self.matcher(query), query.casefold().split()
        for name, text, callback, _ in self.app.get_system_commands(self.screen):
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), callback, help=text)
            elif all(word in text.casefold() for word in words):
                yield Hit(_BY_WORDS, name, callback, help=text)


class Palette(CommandPalette):
    """A cursor that blinks would send bytes over the link, twice a second."""

    CSS_PATH = "palette.tcss"
    app: TunerApp

    def __init__(self) -> None:
        super().__init__([ActionsProvider], placeholder="find an action")

    def on_mount(self) -> None:
        """Keep the cursor still."""
        self.query_one(CommandInput).cursor_blink = False

    def _action_command_list(self, action: str) -> None:
        """Move in the list; not while it has no room, where Textual would miss its lines."""
        if self.query_one(CommandList).size:
            super()._action_command_list(action)

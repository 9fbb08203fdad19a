"""The actions by name: Textual's palette, at rest while nobody types and plain where asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import CommandInput, CommandPalette

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp


class Palette(CommandPalette):
    """A cursor that blinks would send bytes over the link, twice a second."""

    CSS_PATH = "palette.tcss"
    app: TunerApp

    def on_mount(self) -> None:
        """Keep the cursor still."""
        self.query_one(CommandInput).cursor_blink = False

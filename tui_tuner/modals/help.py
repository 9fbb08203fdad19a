"""Every key, written by the registry of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tui_tuner.keymap import key_of
from tui_tuner.modals.keys import shared
from tui_tuner.view.help import help_lines
from tui_tuner.view.line import Line
from tui_tuner.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_EVERYTHING = 1000


class HelpScreen(ModalScreen[None]):
    """Shown until Esc, Enter, ? or q; scrolls where it does not fit. The keys of `place` first."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "dismiss", "close", show=False, priority=True),
        Binding("space", "page(1)", "on", show=False),
        shared("back", "dismiss"),
        shared("help", "dismiss"),
        shared("down", "scroll(1)"),
        shared("up", "scroll(-1)"),
        shared("page_down", "page(1)"),
        shared("page_up", "page(-1)"),
        shared("first", f"scroll(-{_EVERYTHING})"),
        shared("last", f"scroll({_EVERYTHING})"),
    ]
    app: TunerApp

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        """A page of keys."""
        with Vertical(id="help") as box:
            box.border_title = Content("Keys")
            yield Scrolled(self._keys, glyphs=self.app.glyphs, id="help-keys")

    def on_resize(self) -> None:
        """Be as high as the keys need and the screen allows."""
        width = self.query_one("#help").content_size.width
        needed = len(self._keys(max(1, width - 2)))
        keys = self.query_one(Scrolled)
        keys.styles.height = max(1, min(needed, self.size.height - 2))
        more = needed > self.size.height - 2
        back = f"{key_of('back')} back"
        said = f"{key_of('page_down')} more   {back}" if more else back
        self.query_one("#help").border_subtitle = Content(said)
        keys.repaint()

    def action_scroll(self, rows: int) -> None:
        """Show later lines, or earlier ones."""
        self.query_one(Scrolled).scroll_rows(rows)

    def action_page(self, direction: int) -> None:
        """Show the next screenful, or the one before."""
        self.query_one(Scrolled).page(direction)

    def _keys(self, width: int) -> list[Line]:
        ascii_only, keymap = self.app.glyphs.ascii, self.app.keymap
        return help_lines(width, ascii_only=ascii_only, place=self._place, keymap=keymap)

"""Which columns the trial table has, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_tuner.keymap import key_of
from tui_tuner.modals.keys import shared
from tui_tuner.view.column_list import ColumnList, column_list, list_lines, top_of
from tui_tuner.view.columns import Choice, Column
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line
from tui_tuner.widgets.lines import Drawn

_AROUND = 5
_KEYS = "Space show, hide   J K move   r as they fit   Enter keep"


class ColumnsScreen(ModalScreen[Choice | None]):
    """Gives what was chosen, an empty choice where the app is to choose; None: as it was."""

    CSS_PATH = "columns.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        shared("back", "leave"),
        shared("columns", "leave"),
        Binding("q", "leave", "leave", show=False, priority=True),
        shared("up", "move(-1)"),
        shared("down", "move(1)"),
        shared("first", "move(-999)"),
        shared("last", "move(999)"),
        Binding("shift+up,K", "shift(-1)", "move up", show=False, priority=True),
        Binding("shift+down,J", "shift(1)", "move down", show=False, priority=True),
        Binding("space,x", "take", "show or hide", show=False, priority=True),
        Binding("r", "reset", "as they fit", show=False, priority=True),
        Binding("enter", "keep", "keep", show=False, priority=True),
    ]

    def __init__(
        self, every: Sequence[Column], choice: Choice, empty: set[str], glyphs: Glyphs
    ) -> None:
        super().__init__()
        self._before = choice
        self._every = every
        self._empty = empty
        self._glyphs = glyphs
        self._began = self._chosen = column_list(every, choice, empty)

    def compose(self) -> ComposeResult:
        """The list and its keys."""
        with Vertical(id="columns") as box:
            box.border_title = Content("Columns of the table")
            yield Drawn(self._lines, id="columns-list")
            yield Static(Content(f"{_KEYS}   {key_of('back')} leave"), id="keys", markup=False)

    def on_resize(self) -> None:
        """Be as high as the list needs and the screen allows."""
        room = max(1, self.size.height - _AROUND)
        self._list.styles.height = min(room, len(self._chosen.items))

    def action_leave(self) -> None:
        """Leave the columns as they were."""
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._show(self._chosen.to(self._chosen.at + by))

    def action_shift(self, by: int) -> None:
        """Move the column under the cursor."""
        self._show(self._chosen.shifted(by))

    def action_take(self) -> None:
        """Show the column under the cursor, or leave it out."""
        self._show(self._chosen.toggled())

    def action_reset(self) -> None:
        """Have the columns chosen by what fits again."""
        self._before = Choice()
        self._began = column_list(self._every, Choice(), self._empty)
        self._show(self._began.to(self._chosen.at))

    def action_keep(self) -> None:
        """Have the table show what is chosen."""
        unchanged = self._chosen.items == self._began.items
        self.dismiss(self._before if unchanged else self._chosen.choice(self._before))

    def on_click(self, event: events.Click) -> None:
        """Show the column clicked, or leave it out."""
        if self._list.region.contains(event.screen_x, event.screen_y):
            top = top_of(self._chosen, self._list.size.height)
            place = top + event.screen_y - self._list.region.y
            if 0 <= place < len(self._chosen.items):
                self._show(self._chosen.to(place).toggled())

    def _show(self, chosen: ColumnList) -> None:
        self._chosen = chosen
        self._list.repaint()

    @property
    def _list(self) -> Drawn:
        return self.query_one("#columns-list", Drawn)

    def _lines(self, width: int, height: int) -> list[Line]:
        return list_lines(self._chosen, width, height, self._glyphs)

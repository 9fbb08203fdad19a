"""How the table is arranged: its order, its columns, and what the mouse does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import on

from tui_tuner.actions import BY_ID
from tui_tuner.modals.columns import ColumnsScreen
from tui_tuner.screens.saying import Saying
from tui_tuner.view.columns import HEADINGS, Choice, empty_columns, every_column
from tui_tuner.view.line import plain
from tui_tuner.view_state import Sort, sort_by, sort_columns, toggle_mark
from tui_tuner.widgets.trial_table import TrialTable

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp


class Arranging(Saying):
    """The part of the dashboard that arranges the table."""

    app: TunerApp

    def action_sort(self) -> None:
        """Sort by the next of the columns in view."""
        self._sort(self._next_sort())
        self.call_after_refresh(self._expect_next)

    def action_reverse(self) -> None:
        """Turn the order round."""
        sort = self.app.view.ordering.sort
        self._sort_so(replace(sort, reverse=not sort.reverse))

    def action_columns(self) -> None:
        """Choose the columns."""
        state = self.app.view
        every = every_column(state, self.app.glyphs)
        screen = ColumnsScreen(every, self._choice(), empty_columns(state), self.app.glyphs)
        self.app.push_screen(screen, self._columns_chosen)

    def action_earlier_columns(self) -> None:
        """Show the columns to the left."""
        self._arranged.scroll_columns(-1)

    def action_later_columns(self) -> None:
        """Show the columns to the right."""
        self._arranged.scroll_columns(1)

    @on(TrialTable.HeadingChosen)
    def _heading_chosen(self, message: TrialTable.HeadingChosen) -> None:
        """Sort by a column; by the one it is sorted by already, the other way round."""
        sort = self.app.view.ordering.sort
        if message.column.key == sort.column:
            self.action_reverse()
        else:
            self._sort(Sort(message.column.key))

    @on(TrialTable.MarkChosen)
    def _mark_chosen(self, message: TrialTable.MarkChosen) -> None:
        self.app.change_view(toggle_mark(self.app.view, message.trial))

    def show_columns(self) -> None:
        """Give the table the columns that are remembered."""
        self._arranged.choose(self._choice())

    def _choice(self) -> Choice:
        return Choice(self.app.preferences.columns, self.app.preferences.hidden)

    def _columns_chosen(self, choice: Choice | None) -> None:
        if choice is not None:
            self.app.prefer(columns=tuple(choice.shown), hidden=tuple(choice.hidden))
            self.show_columns()

    def _next_sort(self) -> Sort:
        view = {column.key for column in self._arranged.shown.columns}
        columns = [key for key in sort_columns(self.app.view) if key in view] or ["state"]
        sort = self.app.view.ordering.sort
        at = columns.index(sort.column) if sort.column in columns else -1
        return Sort(columns[(at + 1) % len(columns)])

    def _expect_next(self) -> None:
        """Look at the rows for the next column while the person looks at this one."""
        view = self.app.view
        view.places.keep(view.rows, replace(view.ordering, sort=self._next_sort()))

    def _sort_so(self, sort: Sort) -> None:
        self.app.change_view(sort_by(self.app.view, sort))
        self.app.prefer(sort=sort.column, reverse=sort.reverse)

    def _sort(self, sort: Sort) -> None:
        called = HEADINGS.get(sort.column, plain(sort.column, 40))
        keys, ids = self.app.keymap, ("reverse", "sort")
        reverse, on_to = (keys.shown(BY_ID[id]) for id in ids)
        self.say(f"sorted by {called}; {reverse} reverses, {on_to} goes on to the next column")
        self._sort_so(sort)

    @property
    def _arranged(self) -> TrialTable:
        return self.query_one(TrialTable)

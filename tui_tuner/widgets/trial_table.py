"""The trial table: one widget that draws lines, with its own cursor and scrolling."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message
from textual.timer import Timer

from tui_tuner.view.cells import Context
from tui_tuner.view.column_heads import column_at
from tui_tuner.view.columns import FROZEN, Choice, Column, Layout, layout
from tui_tuner.view.finals import decimals
from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.line import Line
from tui_tuner.view.table import Rows, Window, centred, table_lines
from tui_tuner.view_state import FINAL, TrialView, ViewState

from .lines import Lines

_WHEEL = 3
FRESH_S = 2.0
"""How long a row stays marked that is new, or came to another state."""


class TrialTable(Lines, can_focus=True):
    """Rows of a `ViewState`. The cursor belongs to a trial, not to a line: it goes with it.

    Until someone moves it, the cursor rests on a trial while that runs, then on the first row.
    """

    class CursorMoved(Message):
        """The cursor came to another trial, or to none."""

        def __init__(self, trial: str | None) -> None:
            self.trial = trial
            super().__init__()

    class Opened(Message):
        """The trial under the cursor was chosen."""

    class HeadingChosen(Message):
        """A column was chosen to sort by."""

        def __init__(self, column: Column) -> None:
            self.column = column
            super().__init__()

    class MarkChosen(Message):
        """A trial's mark was asked for, or asked away."""

        def __init__(self, trial: str) -> None:
            self.trial = trial
            super().__init__()

    def __init__(
        self,
        *,
        glyphs: Glyphs = UNICODE,
        empty: Callable[[ViewState], Sequence[str]] = lambda state: ["no trials yet"],
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._empty = empty
        self._state = ViewState()
        self._now = 0.0
        self._top = 0
        self._position = 0
        self._touched = False
        self._choice = Choice()
        self._scrolled = 0
        self._rows = Rows()
        self._fresh: dict[str, float] = {}
        self._lapses: Timer | None = None
        self.shown = Layout(())
        self.cursor: str | None = None

    @property
    def current(self) -> TrialView | None:
        """The row under the cursor."""
        return self._state.rows.get(self.cursor) if self.cursor is not None else None

    @property
    def runs_in_view(self) -> bool:
        """Whether any row in view belongs to a running trial."""
        return any(row.state == "running" for row in self._in_view())

    def show(self, state: ViewState, now: float) -> None:
        """Show another state at the time `now`; the cursor stays on its trial."""
        in_view = self._window().shows(self._state.position(self.cursor))
        before, self._state, self._now = self._state, state, now
        self._settle_cursor()
        if in_view or not self._touched:
            self._top = self._window().reaching(self._position).top
        if state is not before:
            self._mark_changes(before)
        self.repaint()

    def choose(self, choice: Choice) -> None:
        """Show the columns a person wants."""
        self._choice, self._scrolled = choice, 0
        self.repaint()

    def scroll_columns(self, by: int) -> None:
        """Show later columns, or earlier ones."""
        self._scrolled = max(0, self.shown.scrolled + by)
        self.repaint()

    def move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self.move_to(self._position + rows)

    def page(self, direction: int) -> None:
        """Move the cursor by a screenful."""
        self.move(direction * max(1, self._window().height - 1))

    def move_to(self, position: int) -> None:
        """Put the cursor on a row; one past either end counts as the end."""
        if not self._state.order:
            return
        self._touched = True
        self._position = min(max(0, position), len(self._state.order) - 1)
        self._set_cursor(self._state.row_at(self._position).id)
        self._top = self._window().reaching(self._position).top
        self.repaint()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the rows in view."""
        state = self._state
        if not state.order:
            return centred(self._empty(state), width, height)
        self.shown = layout(state, width - 1, self._glyphs, self._choice, self._scrolled)
        context = Context(
            glyphs=self._glyphs,
            values=state.value_format,
            params=state.params,
            best=state.best_id,
            marks=state.marks,
            now=self._now,
            curve_range=state.curve_range,
            leader=state.leader,
            places=decimals(state.finalists),
            fresh=frozenset(self._fresh),
            maximize=state.ordering.maximize,
        )
        window = self._window()
        self._top = window.top
        return table_lines(state, self.shown, window, width, context, self._rows)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._top = self._window().reaching(self._position).top
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row clicked, mark it, or open it on the second click; sort."""
        position = self._window().top + event.y - 1
        if event.y == 0:
            self._click_heading(event.x)
        elif position < len(self._state.order):
            self.move_to(position)
            if event.x < 2 and self.cursor is not None:
                self.post_message(self.MarkChosen(self.cursor))
            elif event.chain == 2:
                self.post_message(self.Opened())

    def _click_heading(self, x: int) -> None:
        column = column_at(self.shown.columns, x)
        frozen = sum(column.width + 1 for column in self.shown.columns[: len(FROZEN)])
        if x >= self.size.width - 1:
            self.scroll_columns(1)
        elif self.shown.scrolled and x == frozen + 1:
            self.scroll_columns(-1)
        elif column is not None and column.sortable:
            self.post_message(self.HeadingChosen(column))

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Show later columns."""
        event.stop()
        self.scroll_columns(1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Show earlier columns."""
        event.stop()
        self.scroll_columns(-1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show later rows."""
        self._scroll(_WHEEL, event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show earlier rows."""
        self._scroll(-_WHEEL, event)

    def _scroll(self, rows: int, event: events.MouseEvent) -> None:
        event.stop()
        self._touched = True
        self._top = max(0, self._top + rows)
        self.repaint()

    def _mark_changes(self, before: ViewState) -> None:
        """Mark rows in view that are new, or in another state, and see that the marks lapse."""
        state = self._state
        if before.sweep is None or before.snapshots != state.snapshots:
            self._fresh.clear()
            return
        due = time.monotonic() + FRESH_S
        for row in self._in_view():
            old = before.rows.get(row.id)
            if row is not old and (old is None or old.state != row.state):
                self._fresh[row.id] = due
        if self._fresh and self._lapses is None:
            self._lapses = self.set_timer(FRESH_S, self._lapse)

    def _lapse(self) -> None:
        now = time.monotonic()
        self._fresh = {trial: due for trial, due in self._fresh.items() if due > now}
        wait_s = max(min(self._fresh.values(), default=now) - now, 0.0)
        self._lapses = self.set_timer(wait_s, self._lapse) if self._fresh else None
        self.repaint()

    def _in_view(self) -> list[TrialView]:
        view, count = self._window(), len(self._state.order)
        return [self._state.row_at(n) for n in range(view.top, min(view.top + view.height, count))]

    def _window(self) -> Window:
        height = max(1, self.size.height - 1)
        position = self._state.position(self.cursor)
        return Window(self._top, height, position).within(len(self._state.order))

    def _settle_cursor(self) -> None:
        row = self.current
        resting = not self._touched and (row is None or row.state in (*FINAL, "waiting"))
        place = None if resting else self._state.position(self.cursor)
        if place is None:
            place = 0 if resting else min(self._position, len(self._state.order) - 1)
        self._position = max(0, place)
        shown = self._state.row_at(self._position).id if self._state.order else self._kept()
        self._set_cursor(shown)

    def _kept(self) -> str | None:
        return self.cursor if self.cursor in self._state.rows else None

    def _set_cursor(self, trial: str | None) -> None:
        if trial != self.cursor:
            self.cursor = trial
            self.post_message(self.CursorMoved(trial))

"""The trial table: one widget that draws lines, with its own cursor and scrolling."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from tui_tuner.view.columns import Context, layout
from tui_tuner.view.finals import decimals
from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.line import Line
from tui_tuner.view.table import Window, centred, table_lines
from tui_tuner.view_state import FINAL, TrialView, ViewState

from .lines import Lines

_WHEEL = 3


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
        self.cursor: str | None = None

    @property
    def current(self) -> TrialView | None:
        """The row under the cursor."""
        return self._state.rows.get(self.cursor) if self.cursor is not None else None

    @property
    def runs_in_view(self) -> bool:
        """Whether any row in view belongs to a running trial."""
        view = self._window()
        shown = self._state.order[view.top : view.top + view.height]
        return any(self._state.rows[entry[2]].state == "running" for entry in shown)

    def show(self, state: ViewState, now: float) -> None:
        """Show another state at the time `now`; the cursor stays on its trial."""
        in_view = self._window().shows(self._state.position(self.cursor))
        self._state, self._now = state, now
        self._settle_cursor()
        if in_view or not self._touched:
            self._top = self._window().reaching(self._position).top
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
        self._set_cursor(self._state.order[self._position][2])
        self._top = self._window().reaching(self._position).top
        self.repaint()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the rows in view."""
        state = self._state
        if not state.order:
            return centred(self._empty(state), width, height)
        columns = layout(state, width - 1, self._glyphs)
        context = Context(
            glyphs=self._glyphs,
            values=state.value_format,
            params=dict(state.params),
            best=state.best_id,
            marks=state.marks,
            now=self._now,
            curve_range=state.curve_range,
            leader=state.leader,
            places=decimals(state.finalists),
        )
        window = self._window()
        self._top = window.top
        return table_lines(state, columns, window, width, context)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._top = self._window().reaching(self._position).top
        super().on_resize()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row clicked; open it on the second click."""
        position = self._window().top + event.y - 1
        if event.y >= 1 and position < len(self._state.order):
            self.move_to(position)
            if event.chain == 2:
                self.post_message(self.Opened())

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
        order = self._state.order
        self._set_cursor(order[self._position][2] if order else self._kept())

    def _kept(self) -> str | None:
        return self.cursor if self.cursor in self._state.rows else None

    def _set_cursor(self, trial: str | None) -> None:
        if trial != self.cursor:
            self.cursor = trial
            self.post_message(self.CursorMoved(trial))

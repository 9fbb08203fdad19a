"""A short list with a cursor that stays on its row, whatever comes before it or after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.line import Line, crop, with_role
from tui_tuner.view.table import Window, centred, scroll_bar

from .lines import Lines

_WHEEL = 3

Row = tuple[str, Line]
"""What names a row, and how it looks; a row without a name is passed over by the cursor."""


class Rows(Lines, can_focus=True):
    """`draw` gives a heading and all rows for a width; `empty` what is said where there is none.

    Where no row has a name the whole scrolls.

    Three columns are the cursor's and the scroll bar's. Everything is drawn anew at each repaint:
    not for thousands of rows.
    """

    class Moved(Message):
        """The cursor came to another row."""

    class Chosen(Message):
        """The row under the cursor was clicked."""

    def __init__(
        self,
        draw: Callable[[int], tuple[Line, Sequence[Row]]],
        *,
        empty: Callable[[], Sequence[str]],
        glyphs: Glyphs = UNICODE,
        cursor: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._empty = empty
        self._glyphs = glyphs
        self._top = 0
        self._names: list[str] = []
        self._at = 0
        self._headed = True
        self.cursor = cursor

    def move(self, rows: int) -> None:
        """Move the cursor by so many rows, or scroll; past an end is the end."""
        named = [n for n, name in enumerate(self._names) if name]
        if not named:
            self._top += rows
            self.repaint()
        else:
            here = min(range(len(named)), key=lambda n: abs(named[n] - self._at))
            self._go_to(named[min(max(0, here + rows), len(named) - 1)])

    def page(self, direction: int) -> None:
        """Move the cursor by a screenful."""
        self.move(direction * max(1, self.size.height - 2))

    def go_to(self, name: str) -> None:
        """Put the cursor on a row, if there is such a row."""
        if name in self._names:
            self._go_to(self._names.index(name))

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw what is in view."""
        heading, rows = self._draw(max(1, width - 3))
        self._settle([name for name, _ in rows])
        if not rows:
            return centred(self._empty(), width, height)
        self._headed = bool(heading)
        window = Window(self._top, max(1, height - self._headed)).within(len(rows))
        window = window.reaching(self._at) if self.cursor else window
        self._top = window.top
        bar = scroll_bar(len(rows), window, self._glyphs)
        lines = [crop(((" ", ""), *with_role(heading, "head")), width)][: self._headed]
        for offset, (name, line) in enumerate(rows[window.top : window.top + window.height]):
            at_cursor = bool(name) and name == self.cursor
            pointer = self._glyphs.cursor if at_cursor else " "
            drawn = crop(((pointer, "accent"), *line, (" ", "")), width - 1)
            lines.append((*(with_role(drawn, "cursor") if at_cursor else drawn), bar[offset]))
        return [*lines, *([crop((), width)] * (height - len(lines)))]

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row clicked; a row that has it already is chosen."""
        at = self._top + event.y - self._headed
        if at < self._top or at >= len(self._names) or not self._names[at]:
            return
        if self._names[at] == self.cursor:
            self.post_message(self.Chosen())
        self._go_to(at)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go down."""
        event.stop()
        self.move(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go up."""
        event.stop()
        self.move(-_WHEEL)

    def _go_to(self, at: int) -> None:
        moved = self.cursor != self._names[at]
        self._at, self.cursor = at, self._names[at]
        self.repaint()
        if moved:
            self.post_message(self.Moved())

    def _settle(self, names: list[str]) -> None:
        """Keep the cursor on its row, or where that was, or on the first."""
        self._names = names
        if self.cursor and self.cursor in names:
            self._at = names.index(self.cursor)
            return
        named = [n for n, name in enumerate(names) if name]
        self._at = min(named, key=lambda n: abs(n - self._at), default=0)
        self.cursor = names[self._at] if named else ""

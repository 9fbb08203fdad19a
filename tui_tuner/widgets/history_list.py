"""The decisions, newest first, with a cursor that stays on its decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import events

from engine.core.acts import Decision
from tui_tuner.keymap import key_of
from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.history import Layout, decision_lines, heading, layout, undone_by
from tui_tuner.view.line import Line, crop, with_role
from tui_tuner.view.table import Window, centred, scroll_bar

from .lines import Lines

_WHEEL = 3
_NOTHING = (
    "nothing has been decided yet",
    "what a person, a rule or the engine decides appears here, with why",
)


class HistoryList(Lines, can_focus=True):
    """Until someone moves it, the cursor rests on the newest decision."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._decisions: Sequence[Decision] = ()
        self._undone: Mapping[int, int] = {}
        self._now = 0.0
        self._top = 0
        self._cursor: int | None = None
        self._whole = False

    def show(self, decisions: Sequence[Decision], now: float) -> None:
        """Show these, oldest first, at the time `now`."""
        if decisions is self._decisions:
            return
        at_top = self._position == 0
        self._decisions, self._now = decisions, now
        self._undone = undone_by(decisions)
        if at_top:
            self._cursor = None
        self._reach()

    def move(self, rows: int) -> None:
        """Move the cursor by so many decisions."""
        self.move_to(self._position + rows)

    def page(self, direction: int) -> None:
        """Move the cursor by a screenful."""
        self.move(direction * max(1, self.size.height - 2))

    def move_to(self, position: int) -> None:
        """Put the cursor on a decision, counted from the newest; past an end is the end."""
        if self._decisions:
            position = min(max(0, position), len(self._decisions) - 1)
            self._cursor = self._decisions[-1 - position].n
            self._reach()

    def toggle_whole(self) -> None:
        """Show the whole of the decision under the cursor, or one line of it again."""
        self._whole = not self._whole
        self._reach()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw what is in view."""
        if not self._decisions:
            leave = f"{key_of('back')} goes back to the trials; a capital key there acts"
            return centred([*_NOTHING, leave], width, height)
        columns = layout(self._decisions, width - 2, self._now)
        window = Window(self._top, max(1, height - 1)).within(len(self._decisions))
        bar = scroll_bar(len(self._decisions), window, self._glyphs)
        lines = [crop(((" ", ""), *heading(columns, width - 1)), width)]
        for position in range(window.top, len(self._decisions)):
            room = height - len(lines)
            for line in self._decision(position, columns, width - 1)[:room]:
                lines.append((*line, bar[len(lines) - 1]))
        return [*lines, *([crop((), width)] * (height - len(lines)))]

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._reach()
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line clicked."""
        if event.y >= 1:
            self.move_to(self._top + event.y - 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show older ones."""
        event.stop()
        self.move(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show newer ones."""
        event.stop()
        self.move(-_WHEEL)

    @property
    def _position(self) -> int:
        if self._cursor is None or not self._decisions:
            return 0
        return max(0, self._decisions[-1].n - self._cursor)

    def _decision(self, position: int, columns: Layout, width: int) -> list[Line]:
        decision = self._decisions[-1 - position]
        at_cursor = position == self._position
        drawn = decision_lines(
            decision,
            self._undone.get(decision.n),
            columns,
            width - 1,
            whole=self._whole and at_cursor,
        )
        pointers = [self._glyphs.cursor if at_cursor else " ", *" " * len(drawn)]
        lines: list[Line] = [
            ((pointer, "accent"), *line) for pointer, line in zip(pointers, drawn, strict=False)
        ]
        return [with_role(line, "cursor") for line in lines] if at_cursor else lines

    def _reach(self) -> None:
        """Bring the whole of the decision under the cursor into view."""
        height = max(1, self.size.height - 1)
        self._top = Window(self._top, height).reaching(self._position).top
        if self._whole and self._decisions and self.size.width > 2:
            columns = layout(self._decisions, self.size.width - 2, self._now)
            size = len(self._decision(self._position, columns, self.size.width - 1))
            self._top = max(self._top, self._position - max(0, height - size))
        self.repaint()

"""A trial's output: lines that scroll, following the end while told to."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.line import Line, crop, plain
from tui_tuner.view.table import Window, centred, scroll_bar

from .lines import Lines

KEPT_LINES = 20_000
_CARRIAGE_RETURN = "␍"


class LogView(Lines, can_focus=True):
    """Holds the newest lines of a log; `append` takes pieces as they come."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._text: list[str] = []
        self._partial = ""
        self._top = 0
        self._note = "reading"
        self.follow = True

    @property
    def count(self) -> int:
        """How many lines there are to scroll through."""
        return len(self._text) + bool(self._partial)

    def reset(self) -> None:
        """Forget everything, for another attempt's log."""
        self._text, self._partial, self._top = [], "", 0

    def append(self, text: str) -> None:
        """Add what was read; a line may come in pieces."""
        *whole, self._partial = (self._partial + text).split("\n")
        self._text.extend(_as_shown(line) for line in whole)
        surplus = len(self._text) - KEPT_LINES
        if surplus > 0:
            del self._text[:surplus]
            self._top = max(0, self._top - surplus)
        self._note = "this trial has written nothing"
        self._repaint_at(self._top)

    def note(self, text: str) -> None:
        """Say something where there is no output to show."""
        self._note = plain(text)
        self.repaint()

    def scroll_rows(self, rows: int) -> None:
        """Move; at the very end the log is followed, elsewhere it is not."""
        top = max(0, min(self._top + rows, self._last_top()))
        self.follow = top >= self._last_top() and rows > 0
        self._repaint_at(top)

    def set_follow(self, follow: bool) -> None:
        """Follow the end of the log, or stay."""
        self.follow = follow
        self._repaint_at(self._top)

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the lines in view."""
        if not self.count:
            return centred([self._note], width, height)
        bar = scroll_bar(self.count, Window(self._top, height), self._glyphs)
        shown = self._text[self._top : self._top + height]
        if self._partial and len(shown) < height:
            shown = [*shown, _as_shown(self._partial)]
        shown += [""] * (height - len(shown))
        return [
            (*crop(((text, ""),), width - 1), cell) for text, cell in zip(shown, bar, strict=True)
        ]

    def on_resize(self) -> None:
        """Stay at the end if that is followed."""
        self._top = self._last_top() if self.follow else min(self._top, self._last_top())
        super().on_resize()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show later lines."""
        event.stop()
        self.scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show earlier lines."""
        event.stop()
        self.scroll_rows(-3)

    def _last_top(self) -> int:
        return max(0, self.count - max(1, self.size.height))

    def _repaint_at(self, top: int) -> None:
        self._top = self._last_top() if self.follow else top
        self.repaint()


def _as_shown(line: str) -> str:
    """Show of a line rewritten by carriage returns what a terminal would: its last version."""
    versions = [
        part for part in line.replace("\r", _CARRIAGE_RETURN).split(_CARRIAGE_RETURN) if part
    ]
    return plain(versions[-1].expandtabs(8), 2000) if versions else ""

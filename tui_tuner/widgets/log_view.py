"""Lines of a log that scroll, follow the end while told to, and can be searched."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.line import Line, crop, plain
from tui_tuner.view.log_text import LogText, Piece, Search, shown_line
from tui_tuner.view.table import Window, centred, scroll_bar

from .lines import Lines

_WHEEL = 3


class LogView(Lines, can_focus=True):
    """Shows the stretch of a log that it is given; asks for more of it where one scrolls on."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._text = LogText()
        self._top = 0
        self._note = "reading"
        self._search: Search | None = None
        self._matches: list[int] = []
        self._match: int | None = None
        self.follow = True

    def want_earlier(self) -> None:
        """Someone scrolls up at the top of what is held."""

    def want_later(self) -> None:
        """Someone scrolls down at the end of what is held."""

    def reset(self) -> None:
        """Forget everything, for another log or another stretch of it."""
        self._text, self._top = LogText(), 0
        self._matches, self._match = [], None

    def append(self, piece: Piece) -> None:
        """Add what comes next."""
        lost = self._text.append(piece)
        self._top = max(0, self._top - lost)
        self._match = None if self._match is None else max(0, self._match - lost)
        self._note = "this trial has written nothing"
        self._look_again()

    def prepend(self, piece: Piece) -> None:
        """Add what came before; what is in view stays there."""
        added = self._text.prepend(piece)
        self._top += added
        self._match = None if self._match is None else self._match + added
        self._look_again()

    def note(self, text: str) -> None:
        """Say something where there is no output to show."""
        self._note = plain(text)
        self.repaint()

    def scroll_rows(self, rows: int) -> None:
        """Move; at the very end the log is followed, elsewhere it is not."""
        wanted = self._top + rows
        last = self._last_top()
        self.follow = wanted >= last and rows > 0
        self._repaint_at(max(0, min(wanted, last)))
        if wanted < 0 or (rows < 0 and self._top == 0):
            self.want_earlier()
        elif wanted >= last and rows > 0:
            self.want_later()

    def set_follow(self, follow: bool) -> None:
        """Follow the end of the log, or stay."""
        self.follow = follow
        self._repaint_at(self._top)

    def search_for(self, text: str) -> None:
        """Mark a text wherever it stands, and go to the first place from here on."""
        self._search = Search(text) if text else None
        self._match = None
        self._look_again()
        if self._matches:
            here = (n for n in self._matches if n >= self._top)
            self._go_to_match(next(here, self._matches[-1]))

    def to_match(self, step: int) -> bool:
        """Go to the next place, or the one before; say whether one is held in that direction."""
        at = self._top - (step > 0) if self._match is None else self._match
        ahead = [n for n in self._matches if (n > at if step > 0 else n < at)]
        if ahead:
            self._go_to_match(ahead[0] if step > 0 else ahead[-1])
        return bool(ahead)

    def wrap_match(self, step: int) -> None:
        """Go on from the other end of what is held."""
        if self._matches:
            self._go_to_match(self._matches[0] if step > 0 else self._matches[-1])

    @property
    def searched(self) -> str:
        """What is looked for; empty: nothing."""
        return self._search.text if self._search is not None else ""

    @property
    def found(self) -> tuple[int, int]:
        """Which of the lines found one is at, from 1 (0: none yet), and how many there are."""
        at = self._matches.index(self._match) + 1 if self._match in self._matches else 0
        return at, len(self._matches)

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the lines in view."""
        count = self._text.count
        if not count:
            return centred([self._note], width, height)
        bar = scroll_bar(count, Window(self._top, height), self._glyphs)
        shown = self._text.lines[self._top : self._top + height]
        drawn = [
            shown_line(text, width - 1, self._search, current=self._top + y == self._match)
            for y, text in enumerate(shown)
        ]
        drawn += [crop((), width - 1)] * (height - len(drawn))
        return [(*line, cell) for line, cell in zip(drawn, bar, strict=True)]

    def on_resize(self) -> None:
        """Stay at the end if that is followed."""
        self._top = self._last_top() if self.follow else min(self._top, self._last_top())
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show later lines."""
        event.stop()
        self.scroll_rows(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show earlier lines."""
        event.stop()
        self.scroll_rows(-_WHEEL)

    def _go_to_match(self, line: int) -> None:
        self._match = line
        self.follow = False
        height = max(1, self.size.height)
        inside = self._top <= line < self._top + height
        top = self._top if inside else line - height // 2
        self._repaint_at(max(0, min(top, self._last_top())))

    def _look_again(self) -> None:
        search = self._search
        self._matches = search.matches(self._text.lines) if search is not None else []
        self._repaint_at(self._top)

    def _last_top(self) -> int:
        return max(0, self._text.count - max(1, self.size.height))

    def _repaint_at(self, top: int) -> None:
        self._top = self._last_top() if self.follow else top
        self.repaint()

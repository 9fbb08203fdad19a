"""One line that says what just happened, and goes away again."""

from __future__ import annotations

from collections.abc import Sequence

from textual.timer import Timer

from tui_tuner.view.line import Line, crop, fit, plain

from .lines import Lines

_STAYS_S = 8.0


class MessageLine(Lines):
    """Takes no room until something is said."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = ""
        self._role = ""
        self._timer: Timer | None = None
        self._is_news = False
        self.display = False

    def say(self, text: str, role: str = "notice") -> None:
        """Show a sentence for a few seconds."""
        self._show(text, role, is_news=False)
        self._timer = self.set_timer(_STAYS_S, self._leave)

    def notice(self, text: str, role: str = "notice") -> None:
        """Show news until the next key, or until something else is said."""
        self._show(text, role, is_news=True)

    def hush(self) -> None:
        """Take news away: a key says that they were seen."""
        if self._is_news:
            self._leave()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Show the sentence."""
        return [crop(((fit(f" {self.text}", width), self._role),), width)]

    def _show(self, text: str, role: str, *, is_news: bool) -> None:
        self.text, self._role, self._is_news = plain(text, 1000), role, is_news
        self.display = True
        self.repaint()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _leave(self) -> None:
        self.text, self._is_news = "", False
        self.display = False

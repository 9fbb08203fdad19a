"""One line that says what just happened, and goes away again."""

from __future__ import annotations

from collections.abc import Sequence

from textual.timer import Timer

from tui_tuner.view.line import Line, crop, plain

from .lines import Lines

_STAYS_S = 8.0


class MessageLine(Lines):
    """Takes no room until something is said."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = ""
        self._role = ""
        self._timer: Timer | None = None
        self.display = False

    def say(self, text: str, role: str = "notice") -> None:
        """Show a sentence for a few seconds."""
        self.text, self._role = plain(text, 1000), role
        self.display = True
        self.repaint()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_STAYS_S, self._leave)

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Show the sentence."""
        return [crop(((f" {self.text}", self._role),), width)]

    def _leave(self) -> None:
        self.text = ""
        self.display = False

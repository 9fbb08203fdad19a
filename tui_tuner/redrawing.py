"""Draws everything anew where the terminal may show something else than the app takes it to."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.app import App
from textual.timer import Timer

from tui_tuner.terminal.driver import ThinDriver

SETTLED_AFTER_S = 0.1
"""How long a terminal keeps its size before it is taken to stay."""


class Redrawing(App[str | None]):
    """An app on a terminal that others write on, and whose size changes."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._settling: Timer | None = None

    def on_resize(self) -> None:
        """Expect nothing of a terminal that has just rearranged what it shows.

        In a storm of sizes frames for one meet a terminal of another, and a signal interrupts
        the handling of the one before it, so that the last to be told is not the last: once it
        is over, look again.
        """
        self._forget()
        if self._settling is not None:
            self._settling.stop()
        if isinstance(self._driver, ThinDriver) and self._driver.painted:
            self._settling = self.set_timer(SETTLED_AFTER_S, self._settle_size)

    def _settle_size(self) -> None:
        if not (self.is_running and self._screen_stack):
            return
        size = self._driver.measured() if isinstance(self._driver, ThinDriver) else self.size
        if size == self.size:
            self.action_redraw()
        else:
            self.post_message(events.Resize(size, size))

    def _forget(self) -> None:
        if isinstance(self._driver, ThinDriver):
            self._driver.forget()

    def _heard_at(self) -> float:
        """Say when anything was typed last, by a clock that only grows."""
        return self._driver.heard_at if isinstance(self._driver, ThinDriver) else float("-inf")

    def action_redraw(self) -> None:
        """Draw everything anew, over whatever others wrote on the terminal."""
        self._forget()
        self.screen.refresh(layout=True)

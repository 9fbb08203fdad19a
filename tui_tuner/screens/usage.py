"""Asks what a trial used of its device: soon after it is shown, seldom while it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from engine.core.model import trial_number
from engine.errors import TunerError
from engine.protocol.messages import GetUsage, Usage

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp
    from tui_tuner.screens.page import Page

MOVED_S = 0.1
BETWEEN_S = 5.0
"""The least time between two questions about the same trial."""


class UsageFeed:
    """Asks about the trial that `wanted` names, if its use was measured; what comes is posted."""

    class Arrived(Message):
        """What was asked for."""

        def __init__(self, trial: str, usage: Usage) -> None:
            self.trial = trial
            self.usage = usage
            super().__init__()

    def __init__(self, screen: Page, wanted: Callable[[], str], points: Callable[[], int]) -> None:
        self._screen = screen
        self._wanted = wanted
        self._points = points
        self._timer: Timer | None = None
        self._asked_for = ""

    def ask_soon(self) -> None:
        """Ask in a moment about another trial, a little later about the same one again."""
        wanted = self._wanted()
        row = self._app.view.rows.get(wanted)
        if row is None or (row.util is None and row.memory is None and not row.gpus):
            return
        again = wanted == self._asked_for
        if self._timer is not None:
            if again:
                return
            self._timer.stop()
        self._asked_for = wanted
        self._timer = self._screen.set_timer(BETWEEN_S if again else MOVED_S, self._ask)

    @property
    def _app(self) -> TunerApp:
        return self._screen.app

    def _ask(self) -> None:
        self._timer = None
        if self._app.is_running:
            self._screen.run_worker(
                self._fetch(self._wanted()), name="usage", group="usage", exclusive=True
            )

    async def _fetch(self, trial: str) -> None:
        question = GetUsage(id=0, trial=trial_number(trial), points=self._points())
        try:
            usage: Usage = await self._app.link.request(question)
        except TunerError:
            return
        self._screen.post_message(self.Arrived(trial, usage))

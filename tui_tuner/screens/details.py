"""Asks for what the rows do not hold of a trial: checkpoints, and decisions of long ago."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from engine.core.model import trial_number
from engine.errors import TunerError
from engine.protocol.messages import ShowTrial, TrialDetail

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp
    from tui_tuner.screens.page import Page

MOVED_S = 0.1
BETWEEN_S = 2.0
"""The least time between two questions about the same trial."""

_FEW_POINTS = 8
"""The curves come by another way."""


class DetailFeed:
    """Asks about the trial that `wanted` names; what comes is posted to the screen."""

    class Arrived(Message):
        """What was asked for."""

        def __init__(self, detail: TrialDetail) -> None:
            self.detail = detail
            super().__init__()

    def __init__(self, screen: Page, wanted: Callable[[], str]) -> None:
        self._screen = screen
        self._wanted = wanted
        self._timer: Timer | None = None
        self._asked_for = ""

    def ask_soon(self) -> None:
        """Ask in a moment about another trial, a little later about the same one again."""
        wanted = self._wanted()
        again = wanted == self._asked_for
        if self._timer is not None:
            if again:
                return
            self._timer.stop()
        self._asked_for = wanted
        self._timer = self._screen.set_timer(BETWEEN_S if again else MOVED_S, self._ask)

    def _ask(self) -> None:
        self._timer = None
        app: TunerApp = self._screen.app
        if app.is_running:
            self._screen.run_worker(
                self._fetch(app, self._wanted()), name="detail", group="detail", exclusive=True
            )

    async def _fetch(self, app: TunerApp, trial: str) -> None:
        question = ShowTrial(id=0, trial=trial_number(trial), points=_FEW_POINTS)
        try:
            detail: TrialDetail = await app.link.request(question)
        except TunerError:
            self._asked_for = ""
            return
        self._screen.post_message(self.Arrived(detail))

"""Asks for the curves of the trial under the cursor: soon after it moved, seldom while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from engine.core.model import trial_number
from engine.errors import TunerError
from engine.protocol.messages import GetSeries
from engine.protocol.messages import Series as WireSeries
from tui_tuner.view.pane import Series
from tui_tuner.widgets.trial_pane import TrialPane
from tui_tuner.widgets.trial_table import TrialTable

if TYPE_CHECKING:
    from tui_tuner.screens.dashboard import Dashboard

MOVED_S = 0.08
"""How long the cursor must rest before its trial's curves are asked for."""

BETWEEN_S = 0.5
"""The least time between two questions about the same trial."""


class SeriesFeed:
    """At most one question is on its way; the newest wish wins."""

    class Arrived(Message):
        """The curves of a trial, by metric."""

        def __init__(self, trial: str, series: Series) -> None:
            self.trial = trial
            self.series = series
            super().__init__()

    def __init__(self, screen: Dashboard) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._asked_for: str | None = None
        self._asked_at = 0.0

    def ask_soon(self) -> None:
        """Ask for the current trial's curves once it has rested, or was asked long enough ago."""
        trial = self._screen.query_one(TrialTable).cursor
        if trial is None:
            return
        delay = MOVED_S
        if trial == self._asked_for:
            if self._timer is not None:
                return
            delay = max(MOVED_S, self._asked_at + BETWEEN_S - self._screen.app.clock())
        if self._timer is not None:
            self._timer.stop()
        self._asked_for = trial
        self._timer = self._screen.set_timer(delay, self._ask)

    def _ask(self) -> None:
        self._timer = None
        if not self._screen.app.is_running:
            return
        pane = self._screen.query_one(TrialPane)
        if not pane.display or self._asked_for is None:
            self._asked_for = None
            return
        self._asked_at = self._screen.app.clock()
        self._screen.fetch_series(self._asked_for, pane.points)

    async def fetch(self, trial: str, points: int) -> None:
        """Ask, and post what came."""
        try:
            series: WireSeries = await self._screen.app.link.request(
                GetSeries(id=0, trial=trial_number(trial), points=points)
            )
        except TunerError:
            self._asked_for = None
            return
        drawn = {
            name: tuple((step, value) for step, value, _ in rows) for name, rows in series.items()
        }
        self._screen.post_message(self.Arrived(trial, drawn))

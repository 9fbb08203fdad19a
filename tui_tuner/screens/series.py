"""Asks for trials' curves: soon after they are wanted, seldom while they grow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message
from textual.timer import Timer

from engine.core.model import trial_number
from engine.errors import TunerError
from engine.protocol.messages import GetSeries, Series

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp
    from tui_tuner.screens.page import Page

MOVED_S = 0.08
"""How long a wish must stand before it is asked for: a cursor that runs by asks for nothing."""

BETWEEN_S = 0.5
"""The least time between two questions about the same trials."""


class SeriesFeed:
    """Asks for the curves of the trials that `wanted` names, at `points` a metric at most.

    At most one round of questions is on its way; the newest wish wins. What comes is posted to
    the screen, a trial at a time.
    """

    class Arrived(Message):
        """The curves of a trial: by metric, [step, value, at]."""

        def __init__(self, trial: str, series: Series) -> None:
            self.trial = trial
            self.series = series
            super().__init__()

    def __init__(
        self, screen: Page, wanted: Callable[[], Sequence[str]], points: Callable[[], int]
    ) -> None:
        self._screen = screen
        self._wanted = wanted
        self._points = points
        self._timer: Timer | None = None
        self._asked_for: Sequence[str] = ()
        self._asked_at = 0.0

    @property
    def _app(self) -> TunerApp:
        return self._screen.app

    def ask_soon(self) -> None:
        """Ask once the wish has stood for a moment, or was answered long enough ago."""
        wanted = tuple(self._wanted())
        if not wanted:
            return
        delay = MOVED_S
        if wanted == self._asked_for:
            if self._timer is not None:
                return
            delay = max(MOVED_S, self._asked_at + BETWEEN_S - self._app.clock())
        if self._timer is not None:
            self._timer.stop()
        self._asked_for = wanted
        self._timer = self._screen.set_timer(delay, self._ask)

    def _ask(self) -> None:
        self._timer = None
        if not self._app.is_running:
            return
        wanted = tuple(self._wanted())
        if not wanted:
            self._asked_for = ()
            return
        self._asked_at = self._app.clock()
        self._screen.run_worker(
            self._fetch(wanted, self._points()), name="series", group="series", exclusive=True
        )

    async def _fetch(self, trials: Sequence[str], points: int) -> None:
        for trial in trials:
            try:
                series: Series = await self._app.link.request(
                    GetSeries(id=0, trial=trial_number(trial), points=points)
                )
            except TunerError:
                self._asked_for = ()
                return
            self._screen.post_message(self.Arrived(trial, series))

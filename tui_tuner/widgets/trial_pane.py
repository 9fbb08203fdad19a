"""The pane beside the table: one trial's curves and facts."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.line import Line
from tui_tuner.view.pane import PaneOptions, Series, pane_lines
from tui_tuner.view.table import centred
from tui_tuner.view_state import TrialView, ViewState

from .lines import Lines


class TrialPane(Lines, can_focus=True):
    """Draws the trial it is shown; `points` is how many points a series can use."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._state = ViewState()
        self._row: TrialView | None = None
        self._series: Series | None = None
        self._now = 0.0
        self.options = PaneOptions()

    @property
    def points(self) -> int:
        """Twice the columns available: the dots of a braille line."""
        return max(40, 2 * self.size.width)

    @property
    def has_curves(self) -> bool:
        """Whether the curves of the trial shown have arrived."""
        return bool(self._series)

    def show(self, state: ViewState, row: TrialView | None, now: float) -> None:
        """Show a trial; the curves of another one are forgotten."""
        if self._row is None or row is None or row.id != self._row.id:
            self._series = None
        self._state, self._row, self._now = state, row, now
        self.repaint()

    def show_series(self, trial: str, series: Series) -> None:
        """Show curves that arrived, if they still belong to the trial shown."""
        if self._row is not None and self._row.id == trial:
            self._series = series
            self.repaint()

    def next_metric(self) -> None:
        """Put the next metric first, as soon as the curves are here if they are not yet."""
        self.options = replace(self.options, metric=self.options.metric + 1)
        self.repaint()

    def toggle_log(self) -> bool:
        """Switch the first plot's value axis between linear and log; say whether it is log."""
        self.options = replace(self.options, log=not self.options.log)
        self.repaint()
        return self.options.log

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Draw the trial."""
        if self._row is None:
            return centred(["the trial under the cursor appears here"], width, height)
        size = (width, height)
        return pane_lines(
            self._state, self._row, self._series, self.options, size, self._glyphs, self._now
        )

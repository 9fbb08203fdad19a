"""What the dashboard's pane shows: its tabs, and whether keys go to it or to the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_tuner.screens.saying import Saying
from tui_tuner.screens.trial import TrialScreen
from tui_tuner.widgets.trial_pane import TrialPane
from tui_tuner.widgets.trial_table import TrialTable

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp
    from tui_tuner.screens.series import SeriesFeed


class PaneLooking(Saying):
    """Beside the table the pane takes the focus, in a narrow terminal the table's place."""

    app: TunerApp
    series_feed: SeriesFeed

    def action_panes(self) -> None:
        """Turn to the pane, or back to the table."""
        self._turn_to_pane(not self.has_class("-pane"))

    def action_pane_curves(self) -> None:
        """See the trial's curves and facts."""
        self._choose_tab("curves")

    def action_pane_space(self) -> None:
        """See where the trial lies among all."""
        self._choose_tab("space")

    def action_pane_log(self) -> None:
        """See the end of the trial's output."""
        self._choose_tab("log")

    def action_pane_parameters(self) -> None:
        """See the trial's values beside the best one's."""
        self._choose_tab("parameters")

    def action_pane_history(self) -> None:
        """See what was decided on the trial."""
        self._choose_tab("history")

    def action_metric(self) -> None:
        """Put the next metric first."""
        self.query_one(TrialPane).next_metric()

    def action_log_axis(self) -> None:
        """Draw the first metric on a log axis, or not."""
        self.query_one(TrialPane).toggle_log()

    def open_trial(self, trial: str) -> None:
        """Show everything about a trial; the table's cursor follows where one goes from there."""
        screen = TrialScreen(trial)

        def back(_: None) -> None:
            place = self.app.view.position(screen.trial)
            table = self.query_one(TrialTable)
            if screen.trial != table.cursor and place is not None:
                table.move_to(place)

        self.app.push_screen(screen, back)

    def _choose_tab(self, tab: str) -> None:
        pane = self.query_one(TrialPane)
        pane.choose(tab)
        if not pane.display:
            self._turn_to_pane(True)
        self.call_after_refresh(self.series_feed.ask_soon)

    def _turn_to_pane(self, pane: bool) -> None:
        self.set_class(pane, "-pane")
        self.set_focus(self.query_one(TrialPane if pane else TrialTable))
        self.call_after_refresh(self.series_feed.ask_soon)
        self.app.refresh_surroundings()

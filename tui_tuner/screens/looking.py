"""What the dashboard's lowercase keys do: move, mark, sort, filter, open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Input

from engine.errors import TunerError
from engine.protocol.filter import compile_filter
from tui_tuner.actions import FILTER, PANE, TABLE
from tui_tuner.keymap import key_of
from tui_tuner.screens.compare import CompareScreen
from tui_tuner.screens.devices import DevicesScreen
from tui_tuner.screens.history import HistoryScreen
from tui_tuner.screens.insight import InsightScreen
from tui_tuner.screens.log import LogScreen
from tui_tuner.screens.pane_looking import PaneLooking
from tui_tuner.screens.space import SpaceScreen
from tui_tuner.screens.sweeps import SweepsScreen
from tui_tuner.view.compare import to_compare
from tui_tuner.view.device_plots import DeviceLook
from tui_tuner.view_state import (
    Filter,
    clear_marks,
    filter_by,
    toggle_mark,
)
from tui_tuner.widgets.filter_bar import FilterBar
from tui_tuner.widgets.trial_pane import TrialPane
from tui_tuner.widgets.trial_table import TrialTable

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp


_EVERYTHING = 1_000_000


class Looking(PaneLooking):
    """The half of the dashboard that never changes the sweep."""

    app: TunerApp
    _device_look = DeviceLook()

    @property
    def place(self) -> str:
        """Where the person is: at the table, or in the trial's pane."""
        if isinstance(self.focused, Input):
            return FILTER
        return PANE if self.has_class("-pane") else TABLE

    def action_down(self) -> None:
        """Move down a row."""
        self._table.move(1)

    def action_up(self) -> None:
        """Move up a row."""
        self._table.move(-1)

    def action_first(self) -> None:
        """Go to the first row, or to the pane's first line."""
        if self.place == PANE:
            self.query_one(TrialPane).scroll_rows(-_EVERYTHING)
        else:
            self._table.move_to(0)

    def action_last(self) -> None:
        """Go to the last row, or to the pane's last line."""
        if self.place == PANE:
            self.query_one(TrialPane).scroll_rows(_EVERYTHING)
        else:
            self._table.move_to(len(self.app.view.order) - 1)

    def action_best(self) -> None:
        """Go to the best trial, where it is shown."""
        view = self.app.view
        place = view.position(view.best_id)
        if place is not None:
            self._table.move_to(place)
        elif view.best_id is None:
            self.say("no trial has reported yet")
        else:
            self.say(f"the filter hides {view.best_id}, the best; {key_of('back')} shows all")

    def action_page_down(self) -> None:
        """Move a screenful."""
        self._paged.page(1)

    def action_page_up(self) -> None:
        """Move a screenful back."""
        self._paged.page(-1)

    @on(TrialTable.Opened)
    def action_open(self) -> None:
        """Show everything about the trial."""
        if self._table.cursor is not None:
            self.open_trial(self._table.cursor)

    def action_back(self) -> None:
        """Undo the last way of looking: pane, then filter, then marks."""
        if self.has_class("-pane"):
            self._turn_to_pane(False)
        elif self._filter.display or self.app.view.ordering.filter is not None:
            self._filter.clear()
            self.set_focus(self._table)
            self.app.change_view(filter_by(self.app.view, None))
        elif self.app.view.marks:
            self.app.change_view(clear_marks(self.app.view))

    def action_filter(self) -> None:
        """Write a filter."""
        self._turn_to_pane(False)
        self._filter.open()

    def action_mark(self) -> None:
        """Mark the current trial and go on to the next."""
        if self._table.cursor is not None:
            self.app.change_view(toggle_mark(self.app.view, self._table.cursor))
            self._table.move(1)

    def action_compare(self) -> None:
        """Lay curves over each other: the marked trials', or the current one's and the best's."""
        comparison = to_compare(self.app.view, self._table.cursor)
        if comparison.trials:
            self.app.push_screen(CompareScreen(comparison, self.open_trial))

    def action_history(self) -> None:
        """Show who decided what, when and why."""
        self.app.push_screen(HistoryScreen())

    def action_sweeps(self) -> None:
        """Show the sweeps of this box, to go to another one."""
        self.app.push_screen(SweepsScreen())

    def action_devices(self) -> None:
        """Show how the devices are used, and by which trials."""
        self.app.push_screen(DevicesScreen(self.open_trial, self._device_look, self._leave_devices))

    def action_insight(self) -> None:
        """Show which parameters matter, and where the best lie."""
        self.app.push_screen(InsightScreen())

    def action_space(self) -> None:
        """Show each parameter against the objective, and what was tried."""
        self.app.push_screen(SpaceScreen())

    def action_log(self) -> None:
        """Read the current trial's output."""
        if self._table.cursor is not None:
            self.app.push_screen(LogScreen(self._table.cursor))

    def _leave_devices(self, look: DeviceLook) -> None:
        self._device_look = look

    @on(FilterBar.Typed)
    def _filter_typed(self, message: FilterBar.Typed) -> None:
        state = self.app.view
        text = message.text.strip()
        if not text:
            self._filter.complain("")
            self.app.change_view(filter_by(state, None))
            return
        objective = state.sweep.metric.name if state.sweep is not None else ""

        try:
            accepts = compile_filter(text, objective, names=frozenset(state.params))
        except TunerError as error:
            self._filter.complain(str(error).removeprefix("filter: "))
            return
        self._filter.complain("")
        self.app.change_view(filter_by(state, Filter(text, accepts)))

    @on(FilterBar.Kept)
    def _filter_kept(self) -> None:
        if self._filter.wrong:
            return
        self._filter.close()
        self.set_focus(self._table)

    @property
    def _paged(self) -> TrialTable | TrialPane:
        return self.query_one(TrialPane) if self.place == PANE else self._table

    @property
    def _table(self) -> TrialTable:
        return self.query_one(TrialTable)

    @property
    def _filter(self) -> FilterBar:
        return self.query_one(FilterBar)

"""The one screen: the sweep, its trials, and the trial under the cursor beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from tui_tuner.actions import PANE, TABLE, bindings, works_in
from tui_tuner.screens.acting import Acting
from tui_tuner.screens.arranging import Arranging
from tui_tuner.screens.labels import labels
from tui_tuner.screens.looking import Looking
from tui_tuner.screens.series import SeriesFeed
from tui_tuner.view.device_line import device_lines, device_room
from tui_tuner.view.line import Line
from tui_tuner.view.stages import stage_line
from tui_tuner.view.summary import (
    banner_line,
    empty_lines,
    suggestion_line,
    sweep_line,
    warning_line,
)
from tui_tuner.view_state import ViewState
from tui_tuner.widgets.filter_bar import FilterBar
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.ground import Beside
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.message_line import MessageLine
from tui_tuner.widgets.trial_pane import TrialPane
from tui_tuner.widgets.trial_table import TrialTable

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

SIDE_BY_SIDE = 110
VERY_WIDE = 160


class Dashboard(Arranging, Looking, Acting):
    """Below 110 columns the table and the pane take turns; above they stand side by side."""

    CSS_PATH = "dashboard.tcss"
    places = (TABLE, PANE)
    BINDINGS: ClassVar[list[BindingType]] = bindings(TABLE, PANE)
    app: TunerApp

    def compose(self) -> ComposeResult:
        """From the top: the sweep, devices, what is out of the ordinary, trials, keys."""
        self._fit(self.app.size.width, update=False)  # laid out once, not anew for each class
        glyphs = self.app.glyphs
        self.series_feed = SeriesFeed(self, self._in_pane, lambda: self.query_one(TrialPane).points)
        yield Drawn(self._sweep, id="sweep")
        yield Drawn(self._devices, id="devices")
        yield Drawn(self._stages, id="stages")
        yield Drawn(self._banner, id="banner")
        with Beside(id="body"):
            yield TrialTable(glyphs=glyphs, empty=self._empty, id="trials")
            yield TrialPane(glyphs=glyphs, id="pane")
        yield Drawn(self._warning, id="warning")
        yield Drawn(self._suggestion, id="suggestion")
        yield MessageLine(id="message")
        yield FilterBar(id="filter")
        yield Footer(TABLE)

    def on_mount(self) -> None:
        """Show what is known."""
        self.set_focus(self.query_one(TrialTable))
        self.show_columns()
        self.show(self.app.view)

    def on_resize(self) -> None:
        """Side by side, or in turns."""
        self._fit(self.size.width)
        self._make_room_for_devices()
        self.series_feed.ask_soon()

    def _fit(self, width: int, *, update: bool = True) -> None:
        self.set_class(width >= SIDE_BY_SIDE, "-wide", update=update)
        self.set_class(width < SIDE_BY_SIDE, "-narrow", update=update)
        self.set_class(width >= VERY_WIDE, "-very-wide", update=update)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave to a line that is being written the keys that write it."""
        return works_in(action, self.place)

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep."""
        table, pane = self.query_one(TrialTable), self.query_one(TrialPane)
        now = self.app.moment
        before = table.current
        table.show(state, now)
        pane.show(state, table.current, now)
        if table.current is not before:
            self.series_feed.ask_soon()
        self.show_surroundings()

    def show_surroundings(self) -> None:
        """Show the lines around the table anew."""
        width, around, state = self.size.width, self.app.around(), self.app.view
        self._drawn("banner").display = banner_line(state, around, width) is not None
        self._make_room_for_devices()
        self._drawn("stages").display = state.sweep is not None and len(state.sweep.stages) > 1
        self._drawn("warning").display = warning_line(state, around, width) is not None
        self._drawn("suggestion").display = suggestion_line(state, around, width) is not None
        for name in ("sweep", "devices", "stages", "banner", "warning", "suggestion"):
            self._drawn(name).repaint()
        if not state.order:
            self.query_one(TrialTable).repaint()
        self.query_one(Footer).show(self.place, self.footer_labels())

    def tick(self) -> None:
        """A second has passed: show the times of what runs."""
        table, now = self.query_one(TrialTable), self.app.moment
        if table.runs_in_view:
            table.show(self.app.view, now)
            self.query_one(TrialPane).show(self.app.view, table.current, now)
        self._drawn("sweep").repaint()
        self._drawn("banner").repaint()

    @property
    def targets(self) -> list[str]:
        """The marked trials, else the one seen under the cursor."""
        cursor = self.subject
        seen = cursor is not None and self.app.view.position(cursor) is not None
        return sorted(self.app.view.marks) or ([cursor] if cursor is not None and seen else [])

    @property
    def subject(self) -> str | None:
        """The trial under the cursor."""
        return self.query_one(TrialTable).cursor

    def footer_labels(self) -> dict[str, str]:
        """Call the keys what they would do to the marked trials, or to the one at the cursor."""
        view, read_only = self.app.view, self.app.read_only
        chosen = labels(view, self.targets, read_only=read_only, marked=bool(view.marks))
        if not self.has_class("-pane"):
            chosen["back"] = "show all" if view.ordering.filter else "unmark" if view.marks else ""
        if isinstance(self.focused, Input):
            chosen["back"] = "clear it"
        return chosen

    def _in_pane(self) -> list[str]:
        """The trial whose curves the pane needs, if any."""
        cursor = self.query_one(TrialTable).cursor
        return [cursor] if cursor is not None and self.query_one(TrialPane).wants_curves else []

    @on(events.DescendantFocus)
    def _elsewhere(self) -> None:
        self.query_one(Footer).show(self.place, self.footer_labels())

    @on(events.Click, "#banner")
    def _take_up(self) -> None:
        """Do what the banner of a dead engine offers."""
        if self.app.view.sweep is not None and self.app.view.sweep.state == "dead":
            self.action_schedule()

    @on(TrialTable.CursorMoved)
    def _another_trial(self) -> None:
        table = self.query_one(TrialTable)
        self.query_one(TrialPane).show(self.app.view, table.current, self.app.moment)
        self.query_one(Footer).show(self.place, self.footer_labels())
        self.series_feed.ask_soon()

    @on(TrialPane.TabChosen)
    def _another_tab(self) -> None:
        self.series_feed.ask_soon()

    @on(SeriesFeed.Arrived)
    def _curves(self, message: SeriesFeed.Arrived) -> None:
        curves = {
            name: tuple((step, value) for step, value, _ in rows)
            for name, rows in message.series.items()
        }
        self.query_one(TrialPane).show_series(message.trial, curves)

    def _drawn(self, name: str) -> Drawn:
        return self.query_one(f"#{name}", Drawn)

    def _sweep(self, width: int, height: int) -> list[Line]:
        return [sweep_line(self.app.view, self.app.around(), width)]

    def _devices(self, width: int, height: int) -> list[Line]:
        return device_lines(self.app.view, self.app.glyphs, width, device_room(self.size.height))

    def _make_room_for_devices(self) -> None:
        """Give the devices the lines they need; one before anything is known of them."""
        line = self._drawn("devices")
        needed = len(self._devices(self.size.width, 0)) if self.app.view.sweep is not None else 1
        line.display = needed > 0
        if line.styles.height is None or line.styles.height.value != needed:
            line.styles.height = needed

    def _stages(self, width: int, height: int) -> list[Line]:
        sweep = self.app.view.sweep
        if sweep is None or not sweep.stages:
            return []
        return [stage_line(sweep.stages, self.app.glyphs, width, sweep.eta_s)]

    def _banner(self, width: int, height: int) -> list[Line]:
        line = banner_line(self.app.view, self.app.around(), width)
        return [line] if line else []

    def _warning(self, width: int, height: int) -> list[Line]:
        line = warning_line(self.app.view, self.app.around(), width)
        return [line] if line else []

    def _suggestion(self, width: int, height: int) -> list[Line]:
        line = suggestion_line(self.app.view, self.app.around(), width)
        return [line] if line else []

    def _empty(self, state: ViewState) -> list[str]:
        return empty_lines(state, self.app.around())

"""The pane beside the table: the trial under the cursor, seen by one of five tabs."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from tui_tuner.view.glyphs import UNICODE, Glyphs
from tui_tuner.view.line import Line
from tui_tuner.view.pane import TABS, PaneOptions, Scene, Series, tab_at, tabs_line
from tui_tuner.view_state import TrialView, ViewState

from .ground import Ground
from .lines import Lines
from .pane_body import PaneBody
from .trial_log import TrialLog


class TabBar(Lines):
    """The heading with the tabs; a click on one chooses it."""

    class Clicked(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            self.tab = tab
            super().__init__()

    def __init__(self, *, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._chosen, self._focused = TABS[0], False

    def show(self, chosen: str, *, focused: bool) -> None:
        """Show which tab is chosen, and whether keys go to the pane."""
        self._chosen, self._focused = chosen, focused
        self.repaint()

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Write the tabs."""
        return [tabs_line(self._chosen, width, self._glyphs, focused=self._focused)]

    def on_click(self, event: events.Click) -> None:
        """Choose the tab clicked."""
        tab = tab_at(event.x, self._chosen, self.size.width)
        if tab is not None:
            event.stop()
            self.post_message(self.Clicked(tab))


class TrialPane(Vertical, Ground, can_focus=True):
    """Shows the trial it is given; `points` is how many points a series can use."""

    class TabChosen(Message):
        """Another tab is shown."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs
        self._state = ViewState()
        self._row: TrialView | None = None
        self._series: Series | None = None
        self._now = 0.0
        self.options = PaneOptions()
        self.tab = TABS[0]

    def compose(self) -> ComposeResult:
        """The tabs, and below them what the chosen one shows."""
        yield TabBar(glyphs=self._glyphs, id="pane-tabs")
        yield PaneBody(glyphs=self._glyphs, id="pane-body")
        log = TrialLog(glyphs=self._glyphs, id="pane-log")
        log.can_focus = False
        log.display = False
        yield log

    @property
    def points(self) -> int:
        """Twice the columns available: the dots of a braille line."""
        return max(40, 2 * self.size.width)

    @property
    def wants_curves(self) -> bool:
        """Whether what is shown needs the trial's curves."""
        return bool(self.display) and self.tab == "curves"

    def show(self, state: ViewState, row: TrialView | None, now: float) -> None:
        """Show a trial; the curves of another one are forgotten."""
        if self._row is None or row is None or row.id != self._row.id:
            self._series = None
        self._state, self._row, self._now = state, row, now
        self._show_tab()

    def show_series(self, trial: str, series: Series) -> None:
        """Show curves that arrived, if they still belong to the trial shown."""
        if self._row is not None and self._row.id == trial:
            self._series = series
            self._show_tab()

    def choose(self, tab: str) -> None:
        """Show another tab."""
        self.tab = tab
        self._show_tab()
        self.post_message(self.TabChosen())

    def scroll_rows(self, rows: int) -> None:
        """Scroll what the tab shows."""
        if self.tab == "log":
            self.query_one(TrialLog).scroll_rows(rows)
        else:
            self.query_one(PaneBody).scroll_rows(rows)

    def page(self, direction: int) -> None:
        """Scroll by a screenful."""
        self.scroll_rows(direction * max(1, self.size.height - 2))

    def next_metric(self) -> None:
        """Put the next metric first, as soon as the curves are here if they are not yet."""
        self.options = replace(self.options, metric=self.options.metric + 1)
        self._show_tab()

    def toggle_log(self) -> bool:
        """Switch the first plot's value axis between linear and log; say whether it is log."""
        self.options = replace(self.options, log=not self.options.log)
        self._show_tab()
        return self.options.log

    def on_show(self) -> None:
        """Read the log again where that is what is shown."""
        self._show_tab()

    def on_hide(self) -> None:
        """Read no log that nobody sees."""
        self.query_one(TrialLog).rest()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Show whether keys go here now."""
        super().watch_has_focus(_has_focus)
        self._show_tab()

    @on(TabBar.Clicked)
    def _clicked(self, message: TabBar.Clicked) -> None:
        message.stop()
        self.choose(message.tab)

    def _show_tab(self) -> None:
        if not self.is_mounted or not self.display:
            return
        log, body = self.query_one(TrialLog), self.query_one(PaneBody)
        self.query_one(TabBar).show(self.tab, focused=self.has_focus)
        reading = self.tab == "log" and self._row is not None
        log.display, body.display = reading, not reading
        if reading:
            log.show(self._row)
            return
        log.rest()
        row = self._row
        scene = Scene(self._state, row, self._glyphs, self._now) if row is not None else None
        body.show(self.tab, scene, self._series, self.options)

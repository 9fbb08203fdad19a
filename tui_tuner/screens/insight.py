"""What the sweep has taught: which parameters matter, where the best lie, how the search goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from engine.errors import TunerError
from engine.protocol.messages import GetSpace, Space
from tui_tuner.actions import INSIGHT, bindings
from tui_tuner.screens.asking import Asking
from tui_tuner.screens.space_editor import SpaceEditor
from tui_tuner.view.idle_gpus import idlers_lines
from tui_tuner.view.insight import Insight, insight
from tui_tuner.view.insight_lines import insight_lines
from tui_tuner.view.line import Line, crop, fit, pack, plain
from tui_tuner.view.ranges import Parameter, read_parameters
from tui_tuner.view_state import FINAL, ViewState
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.message_line import MessageLine
from tui_tuner.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

_EVERYTHING = 1_000_000


class InsightScreen(Asking):
    """Worked out anew as trials end and as the space is edited."""

    CSS_PATH = "insight.tcss"
    places = (INSIGHT,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(INSIGHT)
    app: TunerApp

    def __init__(self) -> None:
        super().__init__()
        self._parameters: tuple[Parameter, ...] = ()
        self._version = 0
        self._known: tuple[object, ...] = ()
        self._found = Insight()

    def compose(self) -> ComposeResult:
        """A heading, what was learnt, what happened, the keys."""
        yield Drawn(self._heading, id="insight-heading")
        yield Scrolled(self._lines, glyphs=self.app.glyphs, id="insight")
        yield MessageLine(id="message")
        yield Footer(INSIGHT)

    def on_mount(self) -> None:
        """Show what is known."""
        self.show(self.app.view)

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep."""
        sweep = state.sweep
        if sweep is not None and sweep.space_version != self._version:
            self._version = sweep.space_version
            self.run_worker(self._load(), name="space", group="space", exclusive=True)
        ended = (self._version, *(state.counts.get(word, 0) for word in FINAL))
        if ended != self._known:
            self._known = ended
            self._work_out(state)
        self.query_one("#insight-heading", Drawn).repaint()
        self.query_one(Scrolled).repaint()

    def action_down(self) -> None:
        """Show later lines."""
        self.query_one(Scrolled).scroll_rows(1)

    def action_up(self) -> None:
        """Show earlier lines."""
        self.query_one(Scrolled).scroll_rows(-1)

    def action_first(self) -> None:
        """Show the first lines."""
        self.query_one(Scrolled).scroll_rows(-_EVERYTHING)

    def action_last(self) -> None:
        """Show the last lines."""
        self.query_one(Scrolled).scroll_rows(_EVERYTHING)

    def action_page_down(self) -> None:
        """Show the next screenful."""
        self.query_one(Scrolled).page(1)

    def action_page_up(self) -> None:
        """Show the screenful before."""
        self.query_one(Scrolled).page(-1)

    def action_ranges(self) -> None:
        """Edit the ranges of what was just read about."""
        self.app.push_screen(SpaceEditor())

    def action_back(self) -> None:
        """Go back to the trials."""
        self.dismiss(None)

    async def _load(self) -> None:
        try:
            space: Space = await self.app.link.request_when_linked(GetSpace(id=0), 30.0)
        except TunerError as error:
            self.say(str(error), "error")
            return
        self._parameters = read_parameters(space)
        self._work_out(self.app.view)
        self.query_one(Scrolled).repaint()

    def _work_out(self, state: ViewState) -> None:
        maximize = state.ordering.maximize
        self._found = insight(state.rows, self._parameters, maximize=maximize)

    def _lines(self, width: int) -> list[Line]:
        sweep = self.app.view.sweep
        if sweep is None or not self._parameters:
            return [crop((("asking for the space", "dim"),), width)]
        lines = insight_lines(sweep, self._found, width, self.app.glyphs)
        return [*idlers_lines(self.app.view, self.app.moment, width), *lines]

    def _heading(self, width: int, height: int) -> list[Line]:
        state = self.app.view
        name = plain(state.sweep.name if state.sweep else self.app.title, 40)
        parts: list[tuple[int, Line]] = [
            (3, ((fit(name, max(8, width // 4)).rstrip(), "bold"), ("  insight", ""))),
        ]
        if state.sweep is not None:
            goal = f"{plain(state.sweep.metric.name, 40)}, {plain(state.sweep.metric.goal)}"
            parts.append((1, ((goal, "dim"),)))
        if state.sweep is not None and state.sweep.best is not None:
            value = state.value_format.text(state.sweep.best.value)
            parts.append(
                (2, (("best ", "dim"), (value, "best"), (f" {state.best_id or ''}", "best")))
            )
        return [crop(((" ", ""), *pack(parts, width - 2)), width)]

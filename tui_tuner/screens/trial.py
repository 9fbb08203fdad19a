"""One trial: its curves, its parameters beside the best one's, attempts, checkpoints, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from engine.protocol.messages import Usage
from tui_tuner.actions import TRIAL, bindings
from tui_tuner.screens.acting import Acting
from tui_tuner.screens.compare import CompareScreen
from tui_tuner.screens.details import DetailFeed
from tui_tuner.screens.labels import labels
from tui_tuner.screens.log import LogScreen
from tui_tuner.screens.scrolling import Scrolling
from tui_tuner.screens.series import SeriesFeed
from tui_tuner.screens.trial_looking import TrialLooking
from tui_tuner.screens.usage import UsageFeed
from tui_tuner.view.compare import compare_with
from tui_tuner.view.line import Line, crop
from tui_tuner.view.pane import Scene
from tui_tuner.view.trial_facts import trial_facts
from tui_tuner.view.trial_head import trial_head
from tui_tuner.view.trial_usage import trial_lines
from tui_tuner.view_state import TrialView, ViewState, toggle_mark
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.ground import Body
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.message_line import MessageLine
from tui_tuner.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

SIDE_BY_SIDE = 110
VERY_WIDE = 160
_EVERYTHING = 1_000_000


class TrialScreen(TrialLooking, Scrolling, Acting):
    """Curves above the facts, or beside them where there is room; capitals act on the trial."""

    CSS_PATH = "trial.tcss"
    places = (TRIAL,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(TRIAL)
    app: TunerApp

    def __init__(self, trial: str) -> None:
        super().__init__()
        self.trial = trial
        self._row: TrialView | None = None
        self._usage: Usage = []

    def compose(self) -> ComposeResult:
        """A heading, curves and facts, what happened, the keys."""
        self._fit(self.app.size.width, update=False)  # laid out once, not anew for each class
        self._feed = SeriesFeed(self, lambda: [self.trial], self._points)
        self._details = DetailFeed(self, lambda: self.trial)
        self._uses = UsageFeed(self, lambda: self.trial, self._points)
        yield Drawn(self._head, id="trial-head")
        with Body(id="trial-body"):
            yield Drawn(self._plots, id="trial-plots")
            yield Scrolled(self._facts, glyphs=self.app.glyphs, id="trial-facts")
        yield MessageLine(id="message")
        yield Footer(TRIAL)

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        self.show(self.app.view)

    def on_resize(self) -> None:
        """Side by side, or one above the other."""
        self._fit(self.size.width)
        self._feed.ask_soon()

    def _fit(self, width: int, *, update: bool = True) -> None:
        self.set_class(width >= SIDE_BY_SIDE, "-wide", update=update)
        self.set_class(width >= VERY_WIDE, "-very-wide", update=update)

    @property
    def targets(self) -> list[str]:
        """The trial shown."""
        return [self.trial]

    def footer_labels(self) -> dict[str, str]:
        """Call the keys what they would do to this trial."""
        view = self.app.view
        chosen = labels(view, self.targets, read_only=self.app.read_only)
        chosen["mark"] = "unmark" if self.trial in view.marks else "mark"
        return chosen

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep; curves and details are asked for where they grew."""
        before, self._row = self._row, state.rows.get(self.trial)
        if self._row is not before:
            self._feed.ask_soon()
            self._details.ask_soon()
            self._uses.ask_soon()
            self._drawn("trial-plots").repaint()
        self._drawn("trial-head").repaint()
        self.query_one(Scrolled).repaint()
        self.show_surroundings()

    def show_surroundings(self) -> None:
        """Call the keys what they would do now."""
        self.query_one(Footer).show(TRIAL, self.footer_labels())

    def tick(self) -> None:
        """A second has passed: show the times of what runs."""
        if self._row is not None and self._row.state == "running":
            self._drawn("trial-head").repaint()
            self.query_one(Scrolled).repaint()

    def action_previous_trial(self) -> None:
        """Show the trial before, in the order of the table."""
        self._turn(-1)

    def action_next_trial(self) -> None:
        """Show the trial after, in the order of the table."""
        self._turn(1)

    def action_best(self) -> None:
        """Show the best trial."""
        best = self.app.view.best_id
        if best is None or best == self.trial:
            self.say("this is the best one" if best else "no trial has reported yet")
        else:
            self._go_to(best)

    def action_mark(self) -> None:
        """Mark the trial, to compare it or to act on it from the table."""
        self.app.change_view(toggle_mark(self.app.view, self.trial))

    def action_compare(self) -> None:
        """Lay its curves over those of the marked trials, without any over the best's."""
        comparison = compare_with(self.app.view, self.trial)
        if comparison.trials:
            self.app.push_screen(CompareScreen(comparison, self._open_trial))

    def action_log(self) -> None:
        """Read its output."""
        self.app.push_screen(LogScreen(self.trial))

    def action_back(self) -> None:
        """Take the cursor off the curves, then go back to the trials."""
        if self.look.cursor is not None:
            self.look_so(replace(self.look, cursor=None))
        else:
            self.dismiss(None)

    @on(SeriesFeed.Arrived)
    def _curves(self, message: SeriesFeed.Arrived) -> None:
        if message.trial == self.trial:
            self.reports = message.series
            self.repaint_curves()

    @on(DetailFeed.Arrived)
    def _detail(self, message: DetailFeed.Arrived) -> None:
        if message.detail.trial.id == self.trial:
            self.detail = message.detail
            self.query_one(Scrolled).repaint()

    @on(UsageFeed.Arrived)
    def _used(self, message: UsageFeed.Arrived) -> None:
        if message.trial == self.trial:
            self._usage = message.usage
            self._drawn("trial-plots").repaint()

    def _open_trial(self, trial: str) -> None:
        self.app.push_screen(TrialScreen(trial))

    def _turn(self, step: int) -> None:
        view = self.app.view
        if not view.order:
            return
        at = view.position(self.trial)
        place = 0 if at is None else min(max(0, at + step), len(view.order) - 1)
        trial = view.row_at(place).id
        if trial == self.trial:
            self.say("this is the last one" if step > 0 else "this is the first one")
        else:
            self._go_to(trial)

    def _go_to(self, trial: str) -> None:
        self.trial, self.reports, self.detail, self._usage = trial, {}, None, []
        self.look = replace(self.look, cursor=None)
        self.query_one(Scrolled).scroll_rows(-_EVERYTHING)
        self.show(self.app.view)

    def _points(self) -> int:
        return max(80, 2 * self._drawn("trial-plots").size.width)

    def _head(self, width: int, height: int) -> list[Line]:
        scene = self.scene
        if scene is None:
            return [crop(((f" {self.trial}", "bold"),), width)]
        return [trial_head(scene, self.look, self.look.over(self.reports), width)]

    def _plots(self, width: int, height: int) -> list[Line]:
        scene = self.scene
        if scene is None:
            return [crop((), width)] * height
        return trial_lines(scene, self.reports, self._usage, self.look, (width, height))

    def _facts(self, width: int) -> list[Line]:
        scene = self.scene
        return trial_facts(scene, self.detail, width) if scene is not None else []

    @property
    def scene(self) -> Scene | None:
        """The trial as it is now, with the sweep around it."""
        if self._row is None:
            return None
        return Scene(self.app.view, self._row, self.app.glyphs, self.app.moment)

"""Trials beside each other: their curves over one pair of axes, and what they differ in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical

from tui_tuner.actions import COMPARE, bindings
from tui_tuner.keymap import key_of
from tui_tuner.plot import Plot, plot_lines, stepped, x_at
from tui_tuner.screens.acting import Acting
from tui_tuner.screens.scrolling import Scrolling
from tui_tuner.screens.series import SeriesFeed
from tui_tuner.view.compare import Comparison, metric_names
from tui_tuner.view.compare_curves import compare_plot, place, read_off, title
from tui_tuner.view.compare_table import Facts, column_at, head_lines, table_lines
from tui_tuner.view.line import Line, crop, fit, pack, plain
from tui_tuner.view_state import TrialView, ViewState, toggle_mark
from tui_tuner.widgets.clickable import Clickable
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.message_line import MessageLine
from tui_tuner.widgets.scrolled import Scrolled

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp

SIDE_BY_SIDE = 150
_BAR = 2
"""The columns that the table's scroll bar takes."""
_FAR = 10


class CompareScreen(Scrolling, Acting):
    """Six trials at once at most; `[` and `]` choose one, and keys then act on it alone.

    `open_trial` shows a trial, from which one comes back here.
    """

    CSS_PATH = "compare.tcss"
    places = (COMPARE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(COMPARE)
    app: TunerApp

    def __init__(self, comparison: Comparison, open_trial: Callable[[str], object]) -> None:
        super().__init__()
        self._open_trial = open_trial
        self._comparison = comparison
        self._curves: dict[str, dict[str, list[tuple[int, float | None, float]]]] = {}
        self._seen: tuple[object, ...] = ()
        self._plot = Plot(series=())

    def compose(self) -> ComposeResult:
        """A heading, the curves, the table, what happened, the keys."""
        self.series_feed = SeriesFeed(self, self._wanted, self._points)
        yield Drawn(self._heading, id="compare-heading")
        with Container(id="compare-body"):
            yield Clickable(self._drawing, id="compare-plot")
            with Vertical(id="compare-facts"):
                yield Clickable(self._head, id="compare-head")
                yield Scrolled(self._table, glyphs=self.app.glyphs, id="compare-rows")
        yield MessageLine(id="message")
        yield Footer(COMPARE)

    def on_mount(self) -> None:
        """Show what is known."""
        self.show(self.app.view)
        if len(self._comparison.trials) == 1:
            mark, compare = key_of("mark"), key_of("compare")
            self.say(f"one trial alone: mark others with {mark} among the trials, then {compare}")

    def on_resize(self) -> None:
        """Side by side, or the table below the curves."""
        self.set_class(self.size.width >= SIDE_BY_SIDE, "-wide")
        self.series_feed.ask_soon()

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep, if it concerns what is compared."""
        rows = tuple(state.rows.get(name) for name in self._comparison.shown)
        seen = (*map(id, rows), state.best_id)
        if seen != self._seen:
            self._seen = seen
            self.series_feed.ask_soon()
            self._look_again()
        self.show_surroundings()

    def show_surroundings(self) -> None:
        """Show anew what depends on the link."""
        self.query_one("#compare-heading", Drawn).repaint()
        self.query_one(Footer).show(COMPARE, self.footer_labels())

    def tick(self) -> None:
        """A second has passed: show how long the trials have worked."""
        if any(row.state == "running" for row in self._rows()):
            self.query_one(Scrolled).repaint()

    @property
    def targets(self) -> list[str]:
        """The trial chosen, else all of those shown."""
        chosen = self._comparison.chosen
        return [chosen] if chosen is not None else list(self._comparison.shown)

    def footer_labels(self) -> dict[str, str]:
        """Say how many trials the keys act on."""
        chosen = super().footer_labels()
        count = len(self.targets)
        for name in ("prune", "promote", "pause", "retry"):
            if chosen.get(name) and count > 1:
                chosen[name] = f"{chosen[name]} {count}"
        if self._comparison.chosen is None:
            chosen["drop"] = ""
        if self._comparison.pages == 1:
            chosen["more_trials"] = ""
        return chosen

    @on(SeriesFeed.Arrived)
    def _arrived(self, message: SeriesFeed.Arrived) -> None:
        self._curves[message.trial] = message.series
        self._look_again()

    @on(Clickable.Clicked, "#compare-head")
    def _clicked(self, message: Clickable.Clicked) -> None:
        width = message.sender.size.width - _BAR
        trial = column_at(self._comparison, width, message.x)
        if trial is not None:
            self._look(replace(self._comparison, chosen=trial))

    @on(Clickable.Clicked, "#compare-plot")
    def _clicked_plot(self, message: Clickable.Clicked) -> None:
        width, height = message.sender.size
        at = x_at(self._plot, width, height - 1, message.x)
        if at is not None:
            self._look(replace(self._comparison, cursor=at))

    # Keys -------------------------------------------------------------------------------------

    def action_metric(self) -> None:
        """Draw the next metric."""
        self._look(replace(self._comparison, metric=self._comparison.metric + 1))

    def action_log_axis(self) -> None:
        """Draw values on a log axis, or not."""
        self._look(replace(self._comparison, log=not self._comparison.log))

    def action_x_axis(self) -> None:
        """Draw by epoch, or by the time worked."""
        self._look(self._comparison.along_next_axis())

    def action_smooth(self) -> None:
        """Smooth a little, a lot, not."""
        self._look(self._comparison.smoothed_more())

    def action_cursor_left(self) -> None:
        """Read off one point to the left."""
        self._move(-1)

    def action_cursor_right(self) -> None:
        """Read off one point to the right."""
        self._move(1)

    def action_cursor_left_far(self) -> None:
        """Read off farther to the left."""
        self._move(-_FAR)

    def action_cursor_right_far(self) -> None:
        """Read off farther to the right."""
        self._move(_FAR)

    def action_choose_next(self) -> None:
        """Choose the next trial."""
        self._look(self._comparison.with_chosen(1))

    def action_choose_previous(self) -> None:
        """Choose the trial before."""
        self._look(self._comparison.with_chosen(-1))

    def action_more_trials(self) -> None:
        """Show the next trials."""
        self._look(self._comparison.on_next_page())

    def action_drop(self) -> None:
        """Take the chosen trial out; it loses its mark, too."""
        trial = self._comparison.chosen
        if trial is None:
            self.say(f"choose a trial with {key_of('choose_next')} first")
            return
        self._look(self._comparison.without(trial))
        if trial in self.app.view.marks:
            self.app.change_view(toggle_mark(self.app.view, trial))

    def action_open(self) -> None:
        """Show everything about the trial chosen, the first where none is."""
        if self.targets:
            self._open_trial(self.targets[0])

    def action_back(self) -> None:
        """Stop reading off, choose no trial, go back to the trials."""
        if self._comparison.cursor is not None:
            self._look(replace(self._comparison, cursor=None))
        elif self._comparison.chosen is not None:
            self._look(replace(self._comparison, chosen=None))
        else:
            self.dismiss(None)

    # What is drawn ----------------------------------------------------------------------------

    def _move(self, steps: int) -> None:
        at = stepped(self._plot, self._comparison.cursor, steps)
        self._look(replace(self._comparison, cursor=at))

    def _look(self, comparison: Comparison) -> None:
        more = set(comparison.shown) - set(self._comparison.shown)
        self._comparison = comparison
        if more:
            self.series_feed.ask_soon()
        self._look_again()
        self.show_surroundings()

    def _look_again(self) -> None:
        self._plot = compare_plot(self.app.view, self._comparison, self._curves, self.app.glyphs)
        head = self.query_one("#compare-head", Drawn)
        head.styles.height = 2 if self._comparison.cursor is not None else 1
        for part in ("#compare-plot", "#compare-head"):
            self.query_one(part, Drawn).repaint()
        self.query_one(Scrolled).repaint()

    def _rows(self) -> list[TrialView]:
        known = self.app.view.rows
        return [known[name] for name in self._comparison.shown if name in known]

    def _wanted(self) -> list[str]:
        return [name for name in self._comparison.shown if name in self.app.view.rows]

    def _points(self) -> int:
        """Two to a column: as many as a column of cells has dots."""
        return max(40, 2 * self.query_one("#compare-plot", Drawn).size.width)

    def _facts(self) -> Facts:
        return Facts(
            state=self.app.view,
            glyphs=self.app.glyphs,
            now=self.app.clock(),
            place=place(self._comparison),
            read=read_off(self._plot, self._comparison),
        )

    def _drawing(self, width: int, height: int) -> list[Line]:
        names = metric_names(self.app.view, self._comparison.shown, self._curves)
        metric = self._comparison.metric_of(names)
        above = title(self.app.view, self._comparison, self._plot, metric, len(names), width)
        return plot_lines(replace(self._plot, title=above), width, height, self.app.glyphs)

    def _head(self, width: int, height: int) -> list[Line]:
        return [
            crop(line, width)
            for line in head_lines(self._comparison, self._facts(), max(1, width - _BAR))
        ]

    def _table(self, width: int) -> list[Line]:
        return table_lines(self._comparison, self._facts(), width)

    def _heading(self, width: int, height: int) -> list[Line]:
        state = self.app.view
        name = plain(state.sweep.name if state.sweep else self.app.title, 40)
        count = len(self._comparison.trials)
        parts: list[tuple[int, Line]] = [
            (3, ((fit(name, max(8, width // 4)).rstrip(), "bold"), ("  compare", ""))),
            (1, ((f"{count} trial{'s' * (count != 1)}", "dim"),)),
        ]
        if self._comparison.chosen is not None:
            parts.append((4, (("keys act on ", "dim"), (self._comparison.chosen, "accent"))))
        return [crop(((" ", ""), *pack(parts, width - 2)), width)]

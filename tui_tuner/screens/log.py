"""The output of one trial: followed while it runs, read from either end, searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from tui_tuner.actions import FILTER, LOG, bindings, works_in
from tui_tuner.screens.page import Page
from tui_tuner.view.glyphs import STATE_ROLES
from tui_tuner.view.line import Line, crop, pack, plain
from tui_tuner.view_state import ViewState
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.trial_log import TrialLog

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp


class LogScreen(Page):
    """Shows the newest attempt's output, another one's once that is asked for."""

    CSS_PATH = "log.tcss"
    places = (LOG,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(LOG)
    app: TunerApp

    def __init__(self, trial: str) -> None:
        super().__init__()
        self._trial = trial
        self._attempt: int | None = None

    def compose(self) -> ComposeResult:
        """A heading, the log, the line in which one writes what to look for, the keys."""
        yield Drawn(self._heading, id="log-heading")
        yield TrialLog(glyphs=self.app.glyphs, id="log")
        entry = Input(placeholder="find in the log", id="log-search")
        entry.cursor_blink = False
        entry.display = False
        yield entry
        yield Footer(LOG)

    def on_mount(self) -> None:
        """Start to read."""
        self._log.focus()
        self.show(self.app.view)

    @property
    def place(self) -> str:
        """Where keys go: to the log, or to the line being written."""
        return FILTER if isinstance(self.focused, Input) else LOG

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave to a line that is being written the keys that write it."""
        return works_in(action, self.place)

    def show(self, state: ViewState) -> None:
        """Follow the trial: a new attempt is a new log; an ended one is read to its end."""
        self._log.show(state.rows.get(self._trial), self._attempt)
        self._show_around()

    def action_down(self) -> None:
        """Move down a line."""
        self._scroll(1)

    def action_up(self) -> None:
        """Move up a line."""
        self._scroll(-1)

    def action_page_down(self) -> None:
        """Move a screenful."""
        self._scroll(max(1, self._log.size.height - 1))

    def action_page_up(self) -> None:
        """Move a screenful back."""
        self._scroll(-max(1, self._log.size.height - 1))

    def action_first(self) -> None:
        """Go to the first line there is."""
        self._log.to_begin()
        self._show_around()

    def action_last(self) -> None:
        """Go to the end and follow it."""
        self._log.to_end()
        self._show_around()

    def action_follow(self) -> None:
        """Follow the end, or stop."""
        if self._log.follow:
            self._log.set_follow(False)
        else:
            self._log.to_end()
        self._show_around()

    def action_find(self) -> None:
        """Write what to look for."""
        self._entry.display = True
        self._entry.focus()
        self._show_around()

    def action_next_match(self) -> None:
        """Go to the next place of what is looked for."""
        self._log.seek(1)
        self._show_around()

    def action_previous_match(self) -> None:
        """Go to the place before."""
        self._log.seek(-1)
        self._show_around()

    def action_earlier_attempt(self) -> None:
        """Read the attempt before."""
        self._turn_to(-1)

    def action_later_attempt(self) -> None:
        """Read the attempt after."""
        self._turn_to(1)

    def action_back(self) -> None:
        """Stop looking for something, then go back to where one came from."""
        if self._entry.display or self._log.searched:
            self._entry.value = ""
            self._entry.display = False
            self._log.search_for("")
            self._log.focus()
            self._show_around()
        else:
            self.dismiss(None)

    @on(Input.Changed, "#log-search")
    def _typed(self, message: Input.Changed) -> None:
        self._log.search_for(message.value)
        self._show_around()

    @on(Input.Submitted, "#log-search")
    def _kept(self) -> None:
        self._entry.display = False
        self._log.focus()
        if self._entry.value and not self._log.found[1]:
            self._log.seek(-1)
        self._show_around()

    @on(TrialLog.Changed)
    def _more(self) -> None:
        self._show_around()

    @on(events.DescendantFocus)
    def _elsewhere(self) -> None:
        self._show_around()

    def _scroll(self, rows: int) -> None:
        self._log.scroll_rows(rows)
        self._show_around()

    def _turn_to(self, step: int) -> None:
        row = self.app.view.rows.get(self._trial)
        known = [attempt.n for attempt in row.attempt_list] if row is not None else []
        if not known:
            return
        at = known.index(self._attempt) if self._attempt in known else len(known) - 1
        at = min(max(0, at + step), len(known) - 1)
        self._attempt = None if at == len(known) - 1 else known[at]
        self.show(self.app.view)

    @property
    def _log(self) -> TrialLog:
        return self.query_one(TrialLog)

    @property
    def _entry(self) -> Input:
        return self.query_one("#log-search", Input)

    def _show_around(self) -> None:
        self.query_one("#log-heading", Drawn).repaint()
        row = self.app.view.rows.get(self._trial)
        chosen = {"keep": "go there"}
        if self._log.searched or self._entry.display:
            chosen["back"] = "stop looking"
        if not self._log.searched:
            chosen |= {"next_match": "", "previous_match": ""}
        if row is None or len(row.attempt_list) < 2:
            chosen |= {"earlier_attempt": "", "later_attempt": ""}
        self.query_one(Footer).show(self.place, chosen)

    def _heading(self, width: int, height: int) -> list[Line]:
        row, log = self.app.view.rows.get(self._trial), self._log
        state = row.state if row is not None else ""
        glyph = self.app.glyphs.states.get(state, "")
        attempts = len(row.attempt_list) if row is not None else 0
        of = f" of {attempts}" if attempts > 1 else ""
        parts: list[tuple[int, Line]] = [
            (9, ((self._trial, "bold"),)),
            (8, ((f"{glyph} {plain(state, 20)}", STATE_ROLES.get(state, "")),)),
        ]
        if log.attempt:
            parts.append((6, ((f"attempt {log.attempt}{of}", "dim"),)))
        parts.append((5, ((f"{log.size_bytes / 1024:.1f} KiB", "dim"),)))
        if log.follow and state == "running" and self._attempt is None:
            parts.append((4, (("following", "accent"),)))
        if log.searched:
            parts.append((7, self._looking_for()))
        return [crop(((" ", ""), *pack(parts, width - 1)), width)]

    def _looking_for(self) -> Line:
        at, count = self._log.found
        part = "" if self._log.whole else " so far"
        said = f"{at or '-'} of {count} lines{part}" if count else f"nowhere{part}"
        return ((plain(self._log.searched, 40), "found"), (f" {said}", "" if count else "warning"))

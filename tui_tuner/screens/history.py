"""Who decided what, when and why: the newest first; what was undone says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tui_tuner import sweep_questions
from tui_tuner.actions import HISTORY, bindings
from tui_tuner.keymap import key_of
from tui_tuner.screens.asking import Asking
from tui_tuner.view.line import Line, crop, fit, pack, plain
from tui_tuner.view_state import KEPT_DECISIONS, ViewState
from tui_tuner.widgets.footer import Footer
from tui_tuner.widgets.history_list import HistoryList
from tui_tuner.widgets.lines import Drawn
from tui_tuner.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from tui_tuner.app import TunerApp


class HistoryScreen(Asking):
    """Enter shows the whole of a decision; U undoes the newest act from here too."""

    CSS_PATH = "history.tcss"
    places = (HISTORY,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(HISTORY)
    app: TunerApp

    def compose(self) -> ComposeResult:
        """A heading, the decisions, what happened, the keys."""
        yield Drawn(self._heading, id="history-heading")
        yield HistoryList(glyphs=self.app.glyphs, id="history")
        yield MessageLine(id="message")
        yield Footer(HISTORY)

    def on_mount(self) -> None:
        """Show what is known."""
        self.query_one(HistoryList).focus()
        self.show(self.app.view)

    def show(self, state: ViewState) -> None:
        """Show another state of the sweep."""
        self._list.show(state.decisions, self.app.clock())
        self.query_one("#history-heading", Drawn).repaint()
        undoable = state.sweep is not None and state.sweep.undo and not self.app.read_only
        self.query_one(Footer).show(HISTORY, {} if undoable else {"undo": ""})

    def action_down(self) -> None:
        """Go to the next older one."""
        self._list.move(1)

    def action_up(self) -> None:
        """Go to the next newer one."""
        self._list.move(-1)

    def action_first(self) -> None:
        """Go to the newest."""
        self._list.move_to(0)

    def action_last(self) -> None:
        """Go to the oldest."""
        self._list.move_to(len(self.app.view.decisions))

    def action_page_down(self) -> None:
        """Move a screenful."""
        self._list.page(1)

    def action_page_up(self) -> None:
        """Move a screenful back."""
        self._list.page(-1)

    def action_whole(self) -> None:
        """Show the whole of what the cursor is on."""
        self._list.toggle_whole()

    def action_undo(self) -> None:
        """Take the newest act back."""
        self.ask(sweep_questions.to_undo)

    def action_back(self) -> None:
        """Go back to the trials."""
        self.dismiss(None)

    @property
    def _list(self) -> HistoryList:
        return self.query_one(HistoryList)

    def _heading(self, width: int, height: int) -> list[Line]:
        state = self.app.view
        count = len(state.decisions)
        older = ", the newest of them" if count == KEPT_DECISIONS else ""
        name = plain(state.sweep.name if state.sweep else self.app.title, 40)
        parts: list[tuple[int, Line]] = [
            (3, ((fit(name, max(8, width // 4)).rstrip(), "bold"), ("  history", ""))),
            (1, ((f"{count} decision{'s' * (count != 1)}{older}", "dim"),)),
        ]
        if state.sweep is not None and state.sweep.undo:
            undoes = f"{key_of('undo')} undoes: "
            parts.append((2, ((undoes, "dim"), (plain(state.sweep.undo, 200), ""))))
        return [crop(((" ", ""), *pack(parts, width - 2)), width)]

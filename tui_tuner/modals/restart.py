"""Asks before an engine is started for a sweep that has none."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_tuner.keymap import key_of
from tui_tuner.modals.keys import shared
from tui_tuner.view_state import ViewState


class RestartScreen(ModalScreen[bool]):
    """Enter starts it, Esc leaves it."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        shared("back", "answer(False)"),
        Binding("enter", "answer(True)", "do it", show=False),
    ]

    def __init__(self, state: ViewState) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        """The question and the two keys."""
        ended = self._state.ended
        with Vertical(id="question") as box:
            box.border_title = Content("Start an engine" if ended else "Start the engine again")
            yield Static(Content(_what_happens(self._state)), id="told", markup=False)
            keys = f"Enter do it   {key_of('back')} leave it"
            yield Static(Content(keys), id="keys", markup=False)

    def action_answer(self, answer: bool) -> None:
        """Answer."""
        self.dismiss(answer)


def _what_happens(state: ViewState) -> str:
    sweep = state.sweep
    if sweep is not None and sweep.state == "finished":
        return (
            "The sweep has finished and its engine has left. A new one takes the act, "
            "and leaves again a few minutes after everything is done."
        )
    running, waiting = state.counts.get("running", 0), state.counts.get("waiting", 0)
    if sweep is not None and sweep.state == "stopped":
        return (
            f"The sweep is stopped and its engine has left; {waiting} waiting. "
            "A new one takes the act; nothing starts before the sweep is resumed "
            f"({key_of('schedule')})."
        )
    return (
        f"{running} running trial{'s' * (running != 1)} taken over if alive, "
        f"requeued from the last checkpoint if not; {waiting} waiting."
    )

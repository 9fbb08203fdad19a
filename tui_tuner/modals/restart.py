"""Asks before a dead engine is started again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class RestartScreen(ModalScreen[bool]):
    """Enter starts it, Esc leaves it."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", "leave it", show=False),
        Binding("enter", "answer(True)", "do it", show=False),
    ]

    def __init__(self, counts: Mapping[str, int]) -> None:
        super().__init__()
        self._counts = counts

    def compose(self) -> ComposeResult:
        """The question and the two keys."""
        running, waiting = self._counts.get("running", 0), self._counts.get("waiting", 0)
        text = (
            f"{running} running trial{'s' * (running != 1)} taken over if alive, "
            f"requeued from the last checkpoint if not; {waiting} waiting."
        )
        with Vertical(id="question") as box:
            box.border_title = Content("Start the engine again")
            yield Static(Content(text), id="effects", markup=False)
            yield Static("Enter do it   Esc leave it", id="keys", markup=False)

    def action_answer(self, answer: bool) -> None:
        """Answer."""
        self.dismiss(answer)

"""Asks before a sweep is made of a config and begun."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_tuner.box import Offer
from tui_tuner.keymap import key_of
from tui_tuner.modals.keys import shared
from tui_tuner.view.line import plain
from tui_tuner.view.sweeps import at_a_time

_MOST_WARNINGS = 4


class BeginScreen(ModalScreen[bool]):
    """Enter does it, Esc leaves it."""

    CSS_PATH = "begin.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        shared("back", "answer(False)"),
        Binding("enter", "answer(True)", "do it", show=False),
    ]

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer

    def compose(self) -> ComposeResult:
        """What it would run, and the two keys."""
        with Vertical(id="begin") as box:
            box.border_title = Content(f"Run {plain(self._offer.name, 40)}")
            yield Static(Content("\n".join(what_it_runs(self._offer))), id="begin-told")
            keys = f"Enter do it   {key_of('back')} leave it"
            yield Static(Content(keys), id="begin-keys", markup=False)

    def action_answer(self, answer: bool) -> None:
        """Answer."""
        self.dismiss(answer)


def what_it_runs(offer: Offer) -> list[str]:
    """Say what a config would run, in a few sentences."""
    trials = f"{offer.trials} trials" if offer.trials else "trials without end, until you stop it"
    parameters = f"{offer.parameters} parameter{'s' * (offer.parameters != 1)}"
    at_once = at_a_time(offer) or "as many at a time as the GPUs have room for"
    prune, pause, schedule = map(key_of, ("prune", "pause", "schedule"))
    lines = [
        f"{trials}, {at_once}, to {plain(offer.metric, 60)}",
        f"{plain(offer.method, 30)} over {parameters}; it becomes a folder under sweeps/",
        f"It goes on when you leave; {prune}, {pause} and {schedule} end or pause what runs.",
    ]
    return lines + [plain(warning, 300) for warning in offer.warnings[:_MOST_WARNINGS]]

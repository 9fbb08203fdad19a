"""Every key, written by the registry of actions."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_tuner.actions import ACTIONS, LOG, MAIN, Action

_NOTE = "Lowercase looks, capital acts; every capital says what it will do before it does it."


class HelpScreen(ModalScreen[None]):
    """Shown until Esc, Enter, ? or q."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark", "dismiss", "close", show=False)
    ]

    def compose(self) -> ComposeResult:
        """A scrolling page of keys."""
        with VerticalScroll(id="help") as box:
            box.border_title = Content("Keys")
            yield Static(Content(help_text()), markup=False)


def help_text() -> str:
    """Write the keys, grouped by what they do and where."""
    groups = [
        ("look", [a for a in ACTIONS if not a.acts and a.where & MAIN]),
        ("act", [a for a in ACTIONS if a.acts]),
        ("in the log", [a for a in ACTIONS if a.where == frozenset({LOG})]),
    ]
    lines = [_NOTE]
    for title, actions in groups:
        lines += ["", title, *(_entry(action) for action in actions)]
    return "\n".join(lines)


def _entry(action: Action) -> str:
    return f"  {action.key:<8}{action.help}"

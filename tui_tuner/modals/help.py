"""Every key, written by the registry of actions."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_tuner.actions import ACTIONS, BY_ID, LOG, MAIN, MOVES

_NOTE = "Lowercase looks, capital acts; a capital asks before it does anything."


class HelpScreen(ModalScreen[None]):
    """Shown until Esc, Enter, ? or q."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark", "dismiss", "close", show=False, priority=True)
    ]

    def compose(self) -> ComposeResult:
        """A scrolling page of keys."""
        with VerticalScroll(id="help") as box:
            box.border_title = Content("Keys")
            yield Static(Content(_in_ascii(help_text()) if self._ascii else help_text()))

    @property
    def _ascii(self) -> bool:
        return self.app.has_class("-ascii")


def help_text() -> str:
    """Write the keys, grouped by what they do and where."""
    looks = [a for a in ACTIONS if not a.acts and a.where & MAIN and a.id not in MOVES]
    log = [a for a in ACTIONS if a.where == frozenset({LOG})]
    keys = " ".join(BY_ID[name].key for name in MOVES)
    return "\n".join(
        [
            _NOTE,
            "act",
            *(_entry(action.key, action.help) for action in ACTIONS if action.acts),
            "look",
            _entry(keys, "move: a row, to either end, a screenful"),
            *(_entry(action.key, action.help) for action in looks),
            *(_entry(action.key, f"in the log: {action.help}") for action in log),
        ]
    )


def _in_ascii(text: str) -> str:
    return text.replace("↓", "Down").replace("↑", "Up")


def _entry(key: str, text: str) -> str:
    return f"  {key:<8}{text}" if len(key) < 8 else f"  {key}  {text}"

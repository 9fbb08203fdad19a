"""The one question before every act: what will happen, to how many, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from engine.core.acts import Act
from engine.protocol.messages import ActResult
from tui_tuner.view.line import Line, crop, fit, plain, text_of, wrap

_NAMED = 8


class Choice(Struct, frozen=True):
    """One way to do it, and what the engine says would happen."""

    label: str
    act: Act
    result: ActResult


class Confirmed(Struct, frozen=True):
    """The act that was chosen, and why."""

    act: Act
    why: str


class ConfirmScreen(ModalScreen[Confirmed | None]):
    """Enter does it, Esc leaves it. With two choices, up and down pick one."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave it", show=False),
        Binding("up", "pick(-1)", "other", show=False),
        Binding("down", "pick(1)", "other", show=False),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice], describe: Callable[[str], str]
    ) -> None:
        super().__init__()
        self._heading = title
        self._choices = choices
        self._describe = describe
        self._picked = 0

    def compose(self) -> ComposeResult:
        """The question, a line for why, and the two keys."""
        with Vertical(id="question") as box:
            box.border_title = Content(plain(self._heading, 60))
            yield Static(id="choices", markup=False)
            yield Static(id="effects", markup=False)
            entry = Input(placeholder="why (optional)", id="why")
            entry.cursor_blink = False
            yield entry
            yield Static("Enter do it   Esc leave it", id="keys", markup=False)

    def on_mount(self) -> None:
        """Ask."""
        self._show()
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        """Do nothing."""
        self.dismiss(None)

    def action_pick(self, by: int) -> None:
        """Pick the other choice."""
        self._picked = (self._picked + by) % len(self._choices)
        self._show()

    @on(Input.Submitted)
    def _do(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(Confirmed(self._choices[self._picked].act, event.value.strip()))

    def _show(self) -> None:
        picks = [
            f"{'(x)' if i == self._picked else '( )'} {choice.label}"
            for i, choice in enumerate(self._choices)
            if choice.label
        ]
        lines = self.query_one("#choices", Static)
        lines.display = bool(picks)
        lines.update(Content("\n".join(picks)))
        result = self._choices[self._picked].result
        self.query_one("#effects", Static).update(Content(effects(result, self._describe)))


def effects(result: ActResult, describe: Callable[[str], str], width: int = 66) -> str:
    """Say what an act does: each trial by name, those it skips and why, and a sentence."""
    lines = [text_of(_row(f"{name}  {describe(name)}", width)) for name in result.done[:_NAMED]]
    if len(result.done) > _NAMED:
        lines.append(f"and {len(result.done) - _NAMED} more")
    lines += [
        text_of(_row(f"{skipped.id}  left alone: {skipped.why}", width))
        for skipped in result.skipped[:4]
    ]
    if len(result.skipped) > 4:
        lines.append(f"and {len(result.skipped) - 4} more left alone")
    if lines and result.sentence:
        lines.append("")
    return "\n".join([*lines, *wrap(plain(result.sentence, 1000), width, 4)])


def _row(text: str, width: int) -> Line:
    return crop(((fit(plain(text, 400), width).rstrip(), ""),), width)

"""The line in which a number or a value is written, with what is wrong with it beside it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui_tuner.view.line import plain


class RangeEntry(Horizontal):
    """Hidden until opened for a `purpose`; says what is typed and when it is done."""

    class Typed(Message):
        """The text changed."""

        def __init__(self, purpose: str, text: str) -> None:
            self.purpose = purpose
            self.text = text
            super().__init__()

    class Done(Typed):
        """Enter: the text is to be taken."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._purpose = ""
        self.display = False

    def compose(self) -> ComposeResult:
        """What is asked for, the input, and its complaint."""
        yield Static("", id="range-asked", markup=False)
        entry = Input(id="range-typed", select_on_focus=False)
        entry.cursor_blink = False
        yield entry
        yield Static("", id="range-complaint", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether something is being written."""
        return bool(self.display)

    def open(self, purpose: str, asked: str, text: str = "") -> None:
        """Ask for something, with a text to begin with."""
        self._purpose = purpose
        self.query_one("#range-asked", Static).update(Content(plain(asked)))
        self.complain("")
        entry = self.query_one(Input)
        with self.prevent(Input.Changed):
            entry.value = text
        entry.cursor_position = len(text)
        self.display = True
        self.screen.set_focus(entry)
        self.post_message(self.Typed(purpose, text))

    def propose(self, purpose: str, asked: str, text: str) -> None:
        """Ask for something with an answer at hand, which the first key typed replaces."""
        self.open(purpose, asked, text)
        self.query_one(Input).select_all()

    def close(self) -> None:
        """Hide the line."""
        self.display = False
        self.screen.set_focus(None)

    def complain(self, text: str) -> None:
        """Say what is wrong with what is written; an empty text says that all is well."""
        self.query_one("#range-complaint", Static).update(Content(plain(text, 200)))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the text on."""
        event.stop()
        if self.is_open:
            self.post_message(self.Typed(self._purpose, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text."""
        event.stop()
        self.post_message(self.Done(self._purpose, event.value))

"""The line in which a filter is written, with what is wrong with it below."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui_tuner.view.line import plain

from .entry import Entry


class FilterBar(Vertical):
    """Hidden until opened. Says what is typed; whoever listens says what is wrong with it."""

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class Kept(Message):
        """Enter: the filter stays."""

    def compose(self) -> ComposeResult:
        """An input and a line for its complaint."""
        entry = Entry(placeholder="lr>=1e-4 state=running val_acc<0.6", id="filter-entry")
        entry.cursor_blink = False
        yield entry
        yield Static("", id="filter-complaint", markup=False)

    def open(self) -> None:
        """Show the line and put the keyboard there."""
        self.display = True
        self.screen.set_focus(self.query_one(Input))

    def close(self) -> None:
        """Hide the line unless it says which filter is on."""
        self.display = bool(self.query_one(Input).value.strip())

    def clear(self) -> None:
        """Empty and hide the line."""
        with self.prevent(Input.Changed):
            self.query_one(Input).value = ""
        self.complain("")
        self.close()

    def complain(self, text: str) -> None:
        """Say what is wrong with the filter; an empty text says that all is well."""
        line = self.query_one("#filter-complaint", Static)
        if not text and not line.display:
            return
        line.update(Content(plain(text)))
        line.display = bool(text)

    @property
    def wrong(self) -> bool:
        """Whether the filter as it stands has a complaint."""
        return bool(self.query_one("#filter-complaint", Static).display)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the text on."""
        event.stop()
        self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        event.stop()
        self.post_message(self.Kept())

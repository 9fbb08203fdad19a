"""What the terminal sends: keys, the mouse, answers; and whatever a bad line makes of them."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Any

from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.message import Message

_ALT = "alt+"


class _Read(str):
    """Text that knows how far it has been read."""

    at = -1

    def __getitem__(self, index: Any) -> str:
        self.at = index
        return super().__getitem__(index)


class Typed:
    """Reads events from bytes. What makes no sense is lost, and nothing of what follows it."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._parser = XTermParser()

    def take(self, data: bytes) -> Iterator[Message]:
        """Give the events that are complete with these bytes."""
        rest = self._decoder.decode(data)
        while rest:
            text = _Read(rest)
            try:
                for event in self._parser.feed(text):
                    yield from _apart(event)
                return
            except (ValueError, ArithmeticError):
                self._parser = XTermParser()
                rest = rest[text.at + 1 :]

    def wait(self) -> Iterator[Message]:
        """Give what is complete because nothing followed: a lone Esc. To be called often."""
        for at, event in enumerate(self._parser.tick()):
            if at == 0 and isinstance(event, Key) and not event.key.startswith(("escape", _ALT)):
                yield Key("escape", "\x1b")  # The parser drops it before a sign, such as '?'.
            yield from _apart(event)


def _apart(event: Message) -> Iterator[Message]:
    """Make Esc and a key of what came as both: a slow link brings them in one packet.

    Only a terminal that names keys in full can tell them from Alt; its keys have no character.
    """
    if isinstance(event, Key) and event.key.startswith(_ALT) and event.character:
        yield Key("escape", "\x1b")
        event = Key(event.character, event.character)
    yield event

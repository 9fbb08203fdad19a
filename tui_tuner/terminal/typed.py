"""What the terminal sends: keys, the mouse, answers; and whatever a bad line makes of them."""

from __future__ import annotations

from codecs import getincrementaldecoder
from collections.abc import Iterator

from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.message import Message

_ALT = "alt+"


class Typed:
    """Reads events from bytes. What makes no sense is lost, with the rest of its packet."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._parser = XTermParser()

    def take(self, data: bytes) -> Iterator[Message]:
        """Give the events that are complete with these bytes."""
        text = self._decoder.decode(data)
        if not text:
            return
        try:
            for event in self._parser.feed(text):
                yield from _apart(event)
        except (ValueError, ArithmeticError):
            self._parser = XTermParser()

    def wait(self) -> Iterator[Message]:
        """Give what is complete because nothing followed: a lone Esc. To be called often."""
        for event in self._parser.tick():
            yield from _apart(event)


def _apart(event: Message) -> Iterator[Message]:
    """Make Esc and a key of what came as both: a slow link brings them in one packet.

    Only a terminal that names keys in full can tell them from Alt; its keys have no character.
    """
    if isinstance(event, Key) and event.key.startswith(_ALT) and event.character:
        yield Key("escape", "\x1b")
        event = Key(event.character, event.character)
    yield event

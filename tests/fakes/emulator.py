"""A terminal emulator: pyte, with what it lacks of the terminals that the app meets."""

from __future__ import annotations

import re
from typing import Any

import pyte
from wcwidth import wcwidth

_UNKNOWN_TO_PYTE = re.compile(
    r"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9]+\$p|\x1b\][0-9]+;[^\x07]*\x07"
)


class Emulator(pyte.Screen):
    """Repeats characters (REP); half of an overwritten wide character becomes a blank.

    Without `erases_in_colour` what is erased takes the terminal's own background.
    """

    def __init__(self, columns: int, lines: int, *, erases_in_colour: bool = True) -> None:
        self._erases_in_colour = erases_in_colour
        self._last = ""
        super().__init__(columns, lines)
        self._stream = _Stream(self)

    def feed(self, data: str) -> None:
        """Show what is written."""
        self._stream.feed(_UNKNOWN_TO_PYTE.sub("", data))

    def cell(self, x: int, y: int) -> tuple[object, ...]:
        """Give what a person sees of a cell."""
        char = self.buffer[y][x]
        seen = char.underscore or char.reverse or char.strikethrough
        return ("", char.bg) if char.data == " " and not seen else tuple(char)

    @property
    def picture(self) -> list[list[tuple[object, ...]]]:
        """Give what a person sees."""
        return [[self.cell(x, y) for x in range(self.columns)] for y in range(self.lines)]

    def draw(self, data: str) -> None:
        """Write text."""
        for char in data:
            x, size = self.cursor.x, wcwidth(char)
            if size > 0 and x < self.columns:
                self._blank_halves(x, x + size)
                self._last = char
            super().draw(char)

    def repeat(self, count: int | None = None) -> None:
        """Write the last character again."""
        self.draw(self._last * (count or 1))

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        """Erase from the cursor on, or up to it, or all."""
        x = self.cursor.x
        self._blank_halves(0 if how else x, x + 1 if how == 1 else self.columns)
        self._erase(super().erase_in_line, how)

    def erase_characters(self, count: int | None = None) -> None:
        """Erase some cells."""
        self._blank_halves(self.cursor.x, self.cursor.x + (count or 1))
        self._erase(super().erase_characters, count)

    def _erase(self, erase: Any, argument: int | None) -> None:
        attributes = self.cursor.attrs
        if not self._erases_in_colour:
            self.cursor.attrs = self.default_char
        erase(argument)
        self.cursor.attrs = attributes

    def _blank_halves(self, start: int, end: int) -> None:
        """Blank what is left of wide characters at both ends of cells to be written over."""
        row = self.buffer[self.cursor.y]
        for half, left_over in ((start, start - 1), (end, end)):
            if half in row and row[half].data == "":
                row[left_over] = row[left_over]._replace(data=" ")


class _Stream(pyte.Stream):
    csi = {**pyte.Stream.csi, "b": "repeat"}  # noqa: RUF012
    events = pyte.Stream.events | {"repeat"}

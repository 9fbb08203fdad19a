"""Frames as Textual writes them, and one terminal beside another that gets the difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from tests.fakes.emulator import Emulator
from tui_tuner.terminal.abilities import PLAINEST, Abilities
from tui_tuner.terminal.difference import Difference


class Piece(NamedTuple):
    """Styled text at a place."""

    y: int
    x: int
    runs: Sequence[tuple[str, str]]
    """SGR parameters and text."""


def frame(pieces: Sequence[Piece], size: tuple[int, int]) -> str:
    """Write pieces as Textual does; what does not fit is left out."""
    out = []
    for y, x, runs in pieces:
        if y >= size[1]:
            continue
        left = size[0] - x
        out.append(f"\x1b[{y + 1};{x + 1}H")
        for look, text in runs:
            left -= cell_len(text)
            if left < 0:
                break
            out.append(f"\x1b[{look}m{text}\x1b[0m" if look else text)
        if y + 1 < size[1]:
            out.append("\n")
    return "".join([*out, "\x1b[1;1H"])


class Screens:
    """One terminal shown everything, another shown the difference alone."""

    def __init__(self, size: tuple[int, int], abilities: Abilities = PLAINEST) -> None:
        coloured = abilities.erases_in_colour
        self.plain = Emulator(*size, erases_in_colour=coloured)
        self.thin = Emulator(*size, erases_in_colour=coloured)
        self.abilities = abilities
        self.resize(*size)

    def resize(self, columns: int, lines: int) -> None:
        self.size = columns, lines
        self.plain.resize(lines, columns)
        self.thin.resize(lines, columns)
        self.difference = Difference(columns, lines, self.abilities)

    def spoil(self, text: str) -> None:
        """Let somebody else write on both terminals; the app is told to forget."""
        self.plain.feed(text)
        self.thin.feed(text)
        self.difference.forget()

    def write(self, data: str) -> str:
        """Show a frame on both; give what it took."""
        sent = self.difference.write(data)
        self.plain.feed(data)
        self.thin.feed(sent)
        return sent

    def paint(self, *pieces: Piece) -> str:
        return self.write(frame(pieces, self.size))

"""A stretch of a log, as it was read piece by piece: it grows at both ends and gives up the far."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.text import last_drawn

from .line import Line, Run, crop, plain

PIECE = 65536
"""Bytes that are read at once."""

KEPT_PIECES = 48
"""How many of them are held; the log itself may be of any length."""

_LONGEST_LINE = 2000


class Piece(Struct):
    """Text of the bytes from `begin` to `end` of the file."""

    begin: int
    end: int
    text: str


class LogText:
    """The lines of adjacent pieces. The last line may be unfinished, and so may the first."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._lines: list[str] = [""]

    @property
    def begin(self) -> int:
        """The offset of the first byte held."""
        return self.pieces[0].begin if self.pieces else 0

    @property
    def end(self) -> int:
        """The offset behind the last byte held."""
        return self.pieces[-1].end if self.pieces else 0

    @property
    def full(self) -> bool:
        """Whether a further piece would cost the one at the other end."""
        return len(self.pieces) >= KEPT_PIECES

    @property
    def lines(self) -> Sequence[str]:
        """The lines; an unfinished last one counts once something stands there."""
        return self._lines if self._lines[-1] else self._lines[:-1]

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines) - (not self._lines[-1])

    def append(self, piece: Piece) -> int:
        """Add the piece behind the last one; give how many lines it cost at the top."""
        self._lines[-1:] = (self._lines[-1] + piece.text).split("\n")
        last = self.pieces[-1] if self.pieces else None
        if last is not None and piece.end - last.begin <= PIECE:
            last.end, last.text = piece.end, last.text + piece.text
            return 0
        self.pieces.append(piece)
        return self._give_up_first() if len(self.pieces) > KEPT_PIECES else 0

    def prepend(self, piece: Piece) -> int:
        """Add the piece before the first one; give how many lines it added at the top."""
        parts = piece.text.split("\n")
        self._lines[:1] = [*parts[:-1], parts[-1] + self._lines[0]]
        self.pieces.insert(0, piece)
        if len(self.pieces) > KEPT_PIECES:
            self._give_up_last()
        return len(parts) - 1

    def _give_up_first(self) -> int:
        text = self.pieces.pop(0).text
        lines = text.count("\n")
        del self._lines[:lines]
        self._lines[0] = self._lines[0][len(text.rpartition("\n")[2]) :]
        return lines

    def _give_up_last(self) -> None:
        text = self.pieces.pop().text
        lines = text.count("\n")
        del self._lines[len(self._lines) - lines :]
        kept = len(self._lines[-1]) - len(text.partition("\n")[0])
        self._lines[-1] = self._lines[-1][:kept]


class Search(Struct, frozen=True):
    """What is looked for. Without a capital in it, capitals make no difference."""

    text: str

    @property
    def folds(self) -> bool:
        """Whether capitals make no difference."""
        return self.text == self.text.lower()

    def found_in(self, line: str) -> list[tuple[int, int]]:
        """Give where it stands in a line: (start, end)."""
        line = line.lower() if self.folds else line
        places, at = [], line.find(self.text)
        while self.text and at >= 0:
            places.append((at, at + len(self.text)))
            at = line.find(self.text, at + len(self.text))
        return places

    def matches(self, lines: Sequence[str]) -> list[int]:
        """Give the lines in which it stands."""
        text, folds = self.text, self.folds
        if not text:
            return []
        shown = (last_drawn(line) if "\r" in line else line for line in lines)
        return [n for n, line in enumerate(shown) if text in (line.lower() if folds else line)]


def shown_line(line: str, width: int, search: Search | None, *, current: bool) -> Line:
    """Write a line of a log in `width` cells; what is looked for stands out."""
    text = as_shown(line)
    places = search.found_in(text) if search is not None else []
    runs: list[Run] = []
    at = 0
    for start, end in places:
        runs += [(text[at:start], ""), (text[start:end], "alarm" if current else "found")]
        at = end
    return crop((*runs, (text[at:], "")), width)


def as_shown(line: str) -> str:
    """Show of a line rewritten by carriage returns what a terminal would: its last version."""
    return plain(last_drawn(line).expandtabs(8), _LONGEST_LINE)

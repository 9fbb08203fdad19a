"""What the terminal showed at each moment of a recording, as an emulator has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pyte

from .console import COLUMNS, LINES, Piece

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
_BEGIN, _END = b"\x1b[?2026h", b"\x1b[?2026l"
_REPEAT = re.compile(r"(.)\x1b\[(\d+)b")
_ID = re.compile(r"t\d{4,}")

Shows = Callable[["Shown"], object]


class Shown:
    """The screen at one moment."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines

    @property
    def heading(self) -> str:
        """The table's line of column headings, '' before there is one."""
        return next((line for line in self.lines if line[2:5] == "id " or " st " in line[:16]), "")

    @property
    def rows(self) -> list[str]:
        """The table's rows."""
        return [line for line in self.lines if _ID.match(line[2:12])]

    @property
    def under_cursor(self) -> str:
        """The name of the trial that the cursor is on, '' for none."""
        return next((line[2:12].split()[0] for line in self.rows if line[0] in "▸>"), "")


class Playback:
    """Plays pieces one after another; each is shown once."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._at = 0
        self._left = b""
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)

    def up_to(self, moment: float) -> Shown:
        """Play what came before a moment."""
        while self._at < len(self._pieces) and self._pieces[self._at].at <= moment:
            self._next()
        return self.shown

    def until(self, shows: Shows, before: float = float("inf")) -> float | None:
        """Play on until something is shown; gives the moment, None where it is not by `before`."""
        while self._at < len(self._pieces) and self._pieces[self._at].at <= before:
            at = self._pieces[self._at].at
            self._next()
            if shows(self.shown):
                return at
        return None

    @property
    def bytes_so_far(self) -> int:
        """How much has been played."""
        return sum(len(piece.data) for piece in self._pieces[: self._at])

    @property
    def shown(self) -> Shown:
        """The screen now."""
        return Shown(self._screen.display)

    def _next(self) -> None:
        whole = self._left + self._pieces[self._at].data
        self._at += 1
        start = whole.rfind(b"\x1b")
        cut = _shown_up_to(whole)
        if start >= 0 and not re.match(rb"\x1b(\[[<>=?]?[0-9;$]*[a-zA-Z]|[^\[])", whole[start:]):
            cut = min(cut, start)
        whole, self._left = whole[:cut], whole[cut:]
        text = _UNKNOWN_TO_PYTE.sub(b"", whole)
        self._stream.feed(_repeated(text))


def _shown_up_to(data: bytes) -> int:
    """Leave out a frame of which the end is still to come: a terminal shows whole ones."""
    begin = data.rfind(_BEGIN)
    return len(data) if begin < 0 or _END in data[begin:] else begin


def _repeated(data: bytes) -> bytes:
    """Write out what REP repeats, which pyte does not know."""
    if b"b" not in data:
        return data
    text = data.decode("utf-8", errors="surrogateescape")
    text = _REPEAT.sub(lambda found: found[1] * (1 + int(found[2])), text)
    return text.encode("utf-8", errors="surrogateescape")

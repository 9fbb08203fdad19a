"""Turns what Textual writes into what the terminal does not show yet.

Textual writes every changed line from its first cell, each run with its whole style. Over a slow
link that is ten times the bytes that are needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from rich.cells import cell_len

from .style import PLAIN, Look, after, change

_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|\x1b\[(?P<sgr>[\d;]*)m"
    r"|(?P<newline>\r?\n)"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)
_NEUTRAL = re.compile(r"(?:\x1b\[\?(?:2026|25|1004|2004|1000|1003|1006|1015|1016)[hl])+")
"""Modes that change nothing that is shown."""

_BRIDGE = 5
"""Unchanged cells of one look that cost no more than to move over them."""

Cell = tuple[str, Look]
_UNKNOWN: Cell = ("\0", PLAIN)


class Difference:
    """A model of a terminal of `width` x `height` cells; `write` gives what it must be sent."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._shown: list[list[Cell]] = []
        self._look: Look | None = None
        self._forget()

    def write(self, data: str) -> str:
        """Take what was meant for the terminal, give what has the same effect."""
        if _NEUTRAL.fullmatch(data):
            return data
        painted = self._painted(data)
        if painted is None:
            return self._pass(data)
        rows, cursor = painted
        out = [self._row(y, cells) for y, cells in sorted(rows.items())]
        body = "".join(out)
        return body + cursor if body else ""

    def _pass(self, data: str) -> str:
        """Hand on what is not understood, and trust nothing that was shown before."""
        reset = "\x1b[m" if self._look not in (None, PLAIN) else ""
        self._forget()
        return reset + data

    def _forget(self) -> None:
        self._shown = [[_UNKNOWN] * self.width for _ in range(self.height)]
        self._look = None

    def _painted(self, data: str) -> tuple[dict[int, dict[int, Cell]], str] | None:
        """Read a frame: its cells by row and column, and where it leaves the cursor."""
        rows: dict[int, dict[int, Cell]] = {}
        x = y = at = 0
        look: Look | None = PLAIN
        cursor, placed = "", False
        while at < len(data):
            token = _TOKEN.match(data, at)
            if token is None or look is None:
                return None
            at = token.end()
            if token["row"]:
                y, x, cursor, placed = (
                    int(token["row"]) - 1,
                    int(token["column"]) - 1,
                    token[0],
                    True,
                )
            elif token["sgr"] is not None:
                look = after(look, token["sgr"])
            elif token["newline"]:
                x, y = 0, y + 1
            elif not placed or not 0 <= y < self.height:
                return None
            else:
                cells = rows.setdefault(y, {})
                for cell in _cells(token["text"], look):
                    cells[x] = cell
                    x += 1
                cursor = ""
                if x > self.width:
                    return None
        return None if look is None else (rows, cursor)

    def _row(self, y: int, cells: dict[int, Cell]) -> str:
        """Write the cells of a row that are not shown yet."""
        shown = self._shown[y]
        changed = sorted(x for x, cell in cells.items() if shown[x] != cell)
        if not changed:
            return ""
        for x in changed:
            shown[x] = cells[x]
        return "".join(self._run(y, first, last) for first, last in self._spans(shown, changed))

    def _run(self, y: int, first: int, last: int) -> str:
        row = self._shown[y]
        while first and not row[first][0]:
            first -= 1
        out = [f"\x1b[{y + 1};{first + 1}H"]
        for look, cells in groupby(row[first : last + 1], key=lambda cell: cell[1]):
            out.append(change(self._look, look) if self._look is not None else _anew(look))
            self._look = look
            out.extend(text for text, _ in cells)
        return "".join(out)

    @staticmethod
    def _spans(row: list[Cell], changed: list[int]) -> Iterator[tuple[int, int]]:
        """Join changed cells over gaps that are cheaper to write than to jump."""
        first = last = changed[0]
        for x in changed[1:]:
            gap = row[last + 1 : x]
            cheap = len(gap) <= _BRIDGE and all(c[1] == row[last][1] and c != _UNKNOWN for c in gap)
            if not cheap:
                yield first, last
                first = x
            last = x
        yield first, last


def _anew(look: Look) -> str:
    return f"\x1b[{';'.join(['0', *look.parameters])}m"


def _cells(text: str, look: Look) -> Iterator[Cell]:
    """Give a cell a column: a wide character is followed by an empty one."""
    if text.isascii():
        yield from ((char, look) for char in text)
        return
    for char in text:
        size = cell_len(char)
        if size:
            yield char, look
        if size == 2:
            yield "", look

"""Turns what Textual writes into what the terminal does not show yet.

Textual writes every changed line from its first cell, each run with its whole style. Over a slow
link that is ten times the bytes that are needed.
"""

from __future__ import annotations

import re

from .abilities import PLAINEST, Abilities
from .cells import UNKNOWN, Cell, place, styled_cells
from .passes import Span, in_passes, spans
from .pen import Pen
from .stream import TOKEN
from .style import PLAIN, Look

_NOWHERE = -1


class Difference:
    """A model of a terminal of `width` x `height` cells; `write` gives what it must be sent."""

    def __init__(self, width: int, height: int, abilities: Abilities = PLAINEST) -> None:
        self.width, self.height = width, height
        self._ascii_only = abilities.ascii_only
        self._pen = Pen(width, abilities)
        self._shown: list[list[Cell]] = []
        self._wanted: dict[int, list[Cell]] = {}
        self._y = self._x = _NOWHERE
        self._look: Look = PLAIN
        self.has_drawn = False
        """Whether it gave any cell yet."""
        self.forget()

    def forget(self) -> None:
        """Trust nothing that was shown before."""
        self._shown = [[UNKNOWN] * self.width for _ in range(self.height)]
        self._wanted.clear()
        self._pen.lose()

    def write(self, data: str) -> str:
        """Take what was meant for the terminal, give what has the same effect."""
        at = 0
        self._y = self._x = _NOWHERE
        self._look = PLAIN
        while at < len(data):
            token = TOKEN.match(data, at)
            if token is None or not self._take(token):
                self._pass(data[at:])
                return self._pen.take()
            at = token.end()
        self._send_difference()
        sent = self._pen.take()
        return sent + self._placed() if sent else ""

    def _placed(self) -> str:
        """Leave the cursor where one types, for input methods; nobody types at the top left."""
        if self._y > 0 and self._x < self.width:
            self._pen.go(self._y, self._x)
        return self._pen.take()

    def _take(self, token: re.Match[str]) -> bool:
        """Do what a token says; False where that cannot be told."""
        kind = token.lastgroup
        if kind == "styled":
            styled = styled_cells(token[0], self._look, self._ascii_only)
            if styled is None or not self._paint(styled[0]):
                return False
            self._look = styled[1]
        elif kind == "column":
            self._y, self._x = int(token["row"]) - 1, int(token["column"]) - 1
        elif kind == "newline":
            self._y, self._x = (self._y + 1, 0) if self._y >= 0 else (_NOWHERE, _NOWHERE)
        else:
            self._send_difference()
            self._pen.send(token[0])
        return True

    def _paint(self, new: tuple[Cell, ...]) -> bool:
        if not new:
            return True
        end = self._x + len(new)
        if not (0 <= self._y < self.height and self._x >= 0 and end <= self.width):
            return False
        row = self._wanted.get(self._y)
        if row is None:
            row = self._wanted[self._y] = self._shown[self._y].copy()
        place(row, self._x, new)
        self._x = end
        return True

    def _pass(self, data: str) -> None:
        """Hand on what is not understood, from where and as it would have been written."""
        self._send_difference()
        if 0 <= self._y < self.height and 0 <= self._x < self.width:
            self._pen.go(self._y, self._x)
        self._pen.dress(self._look)
        self._pen.send(data)
        self.forget()

    def _send_difference(self) -> None:
        """Write the cells that are not shown yet."""
        found: list[tuple[Look, Span]] = []
        for y, row in sorted(self._wanted.items()):
            if row != self._shown[y]:
                found.extend(spans(row, self._shown[y], y))
        self.has_drawn = self.has_drawn or bool(found)
        for look, span in in_passes(found, self._pen.look):
            self._send_span(self._wanted[span.y], self._shown[span.y], span, look)
        self._wanted.clear()

    def _send_span(self, row: list[Cell], shown: list[Cell], span: Span, look: Look) -> None:
        x, end = span.start, span.end
        while x < end and row[x] == shown[x]:
            x += 1
        while x < end and row[end - 1] == shown[end - 1]:
            end -= 1
        start = self._pen.write(span.y, row, x, end, look) if x < end else x
        if start is None:
            self._send_cells(row, shown, Span(span.y, x, end))
        else:
            shown[start:end] = row[start:end]

    def _send_cells(self, row: list[Cell], shown: list[Cell], span: Span) -> None:
        """Write what may have repeated cells, or wide ones."""
        x = span.start
        while x < span.end:
            if row[x] == shown[x]:
                x += 1
                continue
            start = self._pen.reach(span.y, x, row)
            x += self._pen.draw(row, x, *_run(row, shown, x))
            x = self._pen.go_on(row, shown, x, span.end)
            while x < self.width and not row[x][0]:
                x += 1
            shown[start:x] = row[start:x]


def _run(row: list[Cell], shown: list[Cell], x: int) -> tuple[int, int]:
    """Count the equal cells from here on, and those up to the last that is not shown yet."""
    cell, end = row[x], x + 1
    while end < len(row) and row[end] == cell:
        end += 1
    used = end
    while used > x + 1 and row[used - 1] == shown[used - 1]:
        used -= 1
    return end - x, used - x

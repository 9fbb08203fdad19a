"""Writes to a terminal with few bytes: knows where the cursor is and how it writes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .abilities import Abilities
from .cells import UNKNOWN, Cell, advance, is_blank
from .moves import move
from .style import Look, change

_BRIDGE = 8
"""The widest gap of cells shown already that may be cheaper to write again than to jump."""

_JUMP = 5
"""The bytes of a jump to the right."""

_REPEATED = re.compile(r" {4}|(.)\1{4}")
"""What there may be a shorter way to write."""

_LOST = -1
_NEVER = 1 << 20


class Pen:
    """Collects what is to be sent; `take` hands it over."""

    def __init__(self, width: int, abilities: Abilities) -> None:
        self._width = width
        self._can = abilities
        self._out: list[str] = []
        self._y = self._x = _LOST
        self.look: Look | None = None

    def lose(self) -> None:
        """Trust neither the cursor nor the look any more."""
        self._y = self._x = _LOST
        self.look = None

    def take(self) -> str:
        """Hand over what was written."""
        text = "".join(self._out)
        self._out.clear()
        return text

    def send(self, text: str) -> None:
        """Send something as it is."""
        self._out.append(text)

    def go(self, y: int, x: int) -> None:
        """Move the cursor."""
        if (y, x) != (self._y, self._x):
            self._out.append(move(self._y, self._x, y, x))
            self._y, self._x = y, x

    def dress(self, look: Look) -> None:
        """Write like this from here on."""
        if look != self.look:
            self._out.append(change(self.look, look))
            self.look = look

    def reach(self, y: int, x: int, row: Sequence[Cell]) -> int:
        """Go to a place in a row, over the cells before it where writing them costs less.

        Gives the first column written.
        """
        if y == self._y and 0 <= x - self._x <= _BRIDGE and self._x != _LOST:
            gap = row[self._x : x]
            look = worn(self.look, row[x])
            jump = len(move(y, self._x, y, x)) + len(change(self.look, look))
            if self._cost_over(gap, row[x], jump) <= jump:
                for cell in gap:
                    self._write(cell)
                return x - len(gap)
        self.go(y, x)
        return x

    def draw(self, row: Sequence[Cell], x: int, length: int, used: int) -> int:
        """Write a run of equal cells: `used` of them, or all `length` of them if that is less.

        Gives how many it wrote.
        """
        cell = row[x]
        if is_blank(cell) and self._may_erase(cell[1]):
            if x + length == self._width and used > 3:
                return self._erase("\x1b[K", cell, length)
            sequence = f"\x1b[{used}X"
            if self._can.erases and used > len(sequence) + _JUMP:
                return self._erase(sequence, cell, used)
        self._write(cell)
        if used > 1:
            again = f"\x1b[{used - 1}b"
            if self._can.repeats and advance(cell[0]) == 1 and self._saves(again, cell, used - 1):
                self._out.append(again)
                self._on(used - 1)
            else:
                for _ in range(used - 1):
                    self._write(cell)
        return used

    def write(self, y: int, row: Sequence[Cell], x: int, end: int, look: Look) -> int | None:
        """Go to cells of one look and write them, where there is no shorter way to have them.

        Gives the first column written; None where it wrote nothing.
        """
        text = "".join([text for text, _ in row[x:end]])
        if len(text) != end - x or _REPEATED.search(text) or not _are_narrow(text):
            return None
        start = self.reach(y, x, row)
        self.dress(worn(self.look, row[x]) if text.isspace() else look)
        self._out.append(text)
        self._on(end - x)
        return start

    def go_on(self, row: Sequence[Cell], shown: Sequence[Cell], x: int, end: int) -> int:
        """Write the cells from the cursor on that need nothing but their characters.

        Gives the first column that it left.
        """
        look, first = self.look, x
        if x != self._x or look is None:
            return x
        while x < end:
            cell = row[x]
            alike = cell[1] is look or worn(look, cell) == look
            again = x + 1 < self._width and row[x + 1] == cell
            if not alike or again or cell == shown[x] or not _is_narrow(cell[0]):
                break
            x += 1
        if x > first:
            self._out.extend([text for text, _ in row[first:x]])
            self._on(x - first)
        return x

    def _may_erase(self, look: Look) -> bool:
        return self._can.erases_in_colour or not look.background

    def _erase(self, sequence: str, cell: Cell, count: int) -> int:
        self.dress(worn(self.look, cell))
        self._out.append(sequence)
        return count

    @staticmethod
    def _saves(again: str, cell: Cell, count: int) -> bool:
        return len(again) < count * len(cell[0].encode())

    def _write(self, cell: Cell) -> None:
        text, look = cell
        if not text:
            return
        if look != self.look:
            self.dress(worn(self.look, cell))
        self._out.append(text)
        self._on(1 if text.isascii() else advance(text))

    def _on(self, count: int) -> None:
        at = self._x + count
        self._x = at if count > 0 and self._x != _LOST and at < self._width else _LOST

    def _cost_over(self, gap: Sequence[Cell], then: Cell, most: int) -> int:
        """Count the bytes of the cells in a gap and of the look behind it, or more than `most`."""
        cost, look = len(gap), self.look
        for cell in gap:
            text, new = cell[0], worn(look, cell)
            if cell == UNKNOWN or not _is_sure(text):
                return _NEVER
            if new is not look:
                cost += len(change(look, new))
            if not text.isascii():
                cost += len(text.encode()) - 1
            if cost > most:
                return cost
            look = new
        return cost + len(change(look, worn(look, then)))


def _is_sure(text: str) -> bool:
    """Whether all terminals go on by as many columns over it."""
    return (text.isascii() and bool(text)) or advance(text) >= 0


def _are_narrow(text: str) -> bool:
    return text.isascii() or all(char.isascii() or advance(char) == 1 for char in text)


def _is_narrow(text: str) -> bool:
    return bool(text) and (text.isascii() or advance(text) == 1)


def worn(look: Look | None, cell: Cell) -> Look:
    """Give the look to write a cell with: a blank needs no more than the background."""
    if look is not None and cell[0] == " " and look.colours_only and is_blank(cell):
        background = cell[1].background
        return look if look.background == background else look._replace(background=background)
    return cell[1]

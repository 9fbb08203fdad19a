"""A grid of dots on characters: braille, or a character a dot where ASCII is all.

A column of cells is one integer, a byte a cell, so that a vertical stretch of any height is set
at once: a curve with a point a column is mostly such stretches.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from .strokes import Dot, pairs, reach, strokes

Dots = tuple[tuple[int, ...], ...]
"""The bit of each dot of a cell: by column, then by row."""

BRAILLE: Dots = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
CHARACTERS: Dots = ((1,),)

_TEXT = {mask: chr(0x2800 + mask) if mask else " " for mask in range(256)}
_PRESENT = bytes([0] + [0xFF] * 255)
_STRETCH = re.compile(rb"(.)\1*", re.DOTALL)


class Dash(Struct, frozen=True):
    """Which dots of a line are drawn: so many on, so many off, round and round; solid: none off."""

    on: int = 1
    off: int = 0

    def draws(self, place: int) -> bool:
        """Whether the dot at a place is drawn."""
        return not self.off or place % (self.on + self.off) < self.on


SOLID = Dash()


class Canvas:
    """`columns` x `rows` cells for one curve; x grows to the right, y downwards, in dots."""

    def __init__(self, columns: int, rows: int, dots: Dots) -> None:
        self._across = len(dots)
        self._dots = dots
        self.rows = rows
        self.width = columns * self._across
        self.height = rows * len(dots[0])
        self._above = _above(rows, dots)
        self._cells = [0] * columns

    def curve(self, dots: Sequence[Dot | None], dash: Dash = SOLID) -> None:
        """Join dots in their order, which is that of x, one dot thick; None is a gap.

        The dots themselves are set whatever the dashes are.
        """
        if not dash.off:
            for x, upper, lower in reach(dots, self.width):
                self._set(x, upper, lower)
            return
        for here, there in pairs(dots):
            for x, upper, lower in strokes(here, there, self.width):
                if upper < lower:
                    self._set(x, upper, lower, dash)
                elif dash.draws(x):
                    self._set(x, upper, lower)
        for dot in dots:
            if dot is not None:
                self._set(dot[0], dot[1], dot[1])

    def cells(self) -> bytes:
        """Give the mask of each cell, column by column."""
        return b"".join(column.to_bytes(self.rows, "little") for column in self._cells)

    def _set(self, x: int, upper: int, lower: int, dash: Dash = SOLID) -> None:
        """Set the dots of a column from one to another, both included."""
        first, last = max(upper, 0), min(lower, self.height - 1)
        if first <= last and 0 <= x < self.width:
            cell, side = divmod(x, self._across)
            above = self._above[side]
            wanted = above[last + 1] ^ above[first]
            if dash.off:
                wanted &= _drawn(self.rows, self._dots, dash)[side]
            self._cells[cell] |= wanted


class Stack(Struct, frozen=True):
    """Curves laid on each other, cell by cell: which dots are set, and by which one on top.

    `owners` counts the curves from 1; 0 is a cell that none of them touches. Both go row by row.
    """

    masks: Sequence[bytes]
    owners: Sequence[bytes]

    @classmethod
    def of(cls, layers: Sequence[bytes], rows: int) -> Stack:
        """Lay cells, each as `Canvas.cells` gives them, on each other: the last on top."""
        size = len(layers[0]) if layers else 0
        masks = owners = 0
        ones = int.from_bytes(b"\x01" * size, "little")
        for number, layer in enumerate(layers, 1):
            masks |= int.from_bytes(layer, "little")
            present = int.from_bytes(layer.translate(_PRESENT), "little")
            owners = (owners & ~present) | (present & (ones * number))
        joined, by = masks.to_bytes(size, "little"), owners.to_bytes(size, "little")
        return cls([joined[y::rows] for y in range(rows)], [by[y::rows] for y in range(rows)])

    def row(self, y: int, dots: Dots, own: str) -> list[tuple[str, int]]:
        """Give a row as (text, owner); where a dot is a cell, `own` has each curve's character."""
        owners = self.owners[y]
        if dots == CHARACTERS:
            text = owners.decode("latin-1").translate(dict(enumerate(" " + own)))
        else:
            text = self.masks[y].decode("latin-1").translate(_TEXT)
        return [
            (text[found.start() : found.end()], owners[found.start()])
            for found in _STRETCH.finditer(owners)
        ]


@lru_cache(maxsize=16)
def _above(rows: int, dots: Dots) -> list[list[int]]:
    """For each column of a cell's dots: every dot above y, for y = 0 to the height."""
    tables = []
    for bits in dots:
        table = [0]
        for y in range(rows * len(bits)):
            row, dot = divmod(y, len(bits))
            table.append(table[-1] | bits[dot] << 8 * row)
        tables.append(table)
    return tables


@lru_cache(maxsize=64)
def _drawn(rows: int, dots: Dots, dash: Dash) -> list[int]:
    """For each column of a cell's dots: every dot that a steep line with these dashes may set."""
    return [
        sum(above[y + 1] ^ above[y] for y in range(len(above) - 1) if dash.draws(y))
        for above in _above(rows, dots)
    ]

"""The order in which cells are written: all of one look, then all of the next.

A change of look costs more than a move: a line of a table, written from left to right, would
change it at every column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from operator import is_not
from typing import NamedTuple

from .cells import UNKNOWN, Cell, is_blank
from .style import Look, change, of_blank

_GAP = 4
"""The most cells shown already that are written again in no more bytes than a jump takes."""


class Span(NamedTuple):
    """Columns of a row that are written alike, from `start` up to `end`."""

    y: int
    start: int
    end: int


def spans(row: Sequence[Cell], shown: Sequence[Cell], y: int) -> Iterator[tuple[Look, Span]]:
    """Cut the cells that differ into spans; blanks go with what stands beside them."""
    start, end, look, bare = 0, 0, row[0][1], True
    last: Cell | None = None
    others = compress(range(len(row)), map(is_not, row, shown))
    for x in [x for x in others if row[x] != shown[x]]:
        cell = row[x]
        if cell is last and x == end:
            end = x + 1
            continue
        last = cell
        near = cell[1] is look and start < end <= x <= end + _GAP
        if near and (x == end or _goes_on(row[end:x], look)):
            bare, end = bare and is_blank(cell), x + 1
            continue
        blank = cell[0] == " " and is_blank(cell)
        fits = x == end > start and cell[1].background == look.background
        if fits and blank and look.colours_only:
            end = x + 1
        elif fits and (cell[1] == look or (bare and cell[1].colours_only)):
            look, bare, end = cell[1], False, x + 1
        else:
            if end > start:
                yield look, Span(y, start, end)
            start, end, look, bare = x, x + 1, cell[1], blank
    if end > start:
        yield look, Span(y, start, end)


def _goes_on(gap: Sequence[Cell], look: Look) -> bool:
    """Whether cells cost a byte each, written like this."""
    blank = of_blank(look)
    for cell in gap:
        text, own = cell
        if not (own is look or (text == " " and own == blank)) or cell is UNKNOWN:
            return False
        if not text.isascii() or not text:
            return False
    return True


def in_passes(found: Sequence[tuple[Look, Span]], look: Look | None) -> Iterator[tuple[Look, Span]]:
    """Order spans by their looks, each time the one that is cheapest to change to."""
    by_look: dict[Look, list[Span]] = {}
    for own, span in found:
        by_look.setdefault(own, []).append(span)
    while by_look:
        look = min(by_look, key=lambda other: len(change(look, other)))
        for span in by_look.pop(look):
            yield look, span

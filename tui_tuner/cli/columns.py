"""Plain tables that fit the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from tui_tuner.view.line import fit, plain, right, width_of

GAP = "  "
NARROWEST = 8

_COLOURS = {
    "running": "36",
    "complete": "32",
    "finished": "32",
    "pruned": "2",
    "waiting": "2",
    "failed": "31",
    "dead": "31",
    "ok": "32",
    "warn": "33",
    "fault": "31",
}


class Column(Struct, frozen=True):
    """A column: its heading, its cells, and how it takes part in the fight for room.

    Optional columns are left out where they do not fit, the last ones first; a `text` column may
    be cut short.
    """

    heading: str
    cells: Sequence[str]
    align: Literal["left", "right"] = "left"
    optional: bool = False
    text: bool = False


def print_table(columns: Sequence[Column]) -> None:
    """Print columns side by side, as wide as the terminal at most (a pipe has no width)."""
    for line in table(columns, terminal_width()):
        print(line)


def table(columns: Sequence[Column], width: int | None) -> list[str]:
    """Lay columns out in at most `width` cells: a heading line, then a line a row."""
    shown = [
        Column(c.heading, [plain(x) for x in c.cells], c.align, c.optional, c.text)
        for c in columns
        if any(c.cells)
    ]
    shown, widths = _fitted(shown, width)
    rows = zip(*(column.cells for column in shown), strict=True)
    lines = [_line([c.heading for c in shown], shown, widths)]
    return lines + [_line(list(row), shown, widths) for row in rows]


def terminal_width() -> int | None:
    """The terminal's width in cells; None where the output is no terminal."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return None
    return shutil.get_terminal_size().columns


def coloured(word: str) -> str:
    """Colour a state's word, on a terminal that may have colours."""
    colour = _COLOURS.get(word)
    if colour is None or not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return word
    return f"\x1b[{colour}m{word}\x1b[0m"


def _fitted(columns: list[Column], width: int | None) -> tuple[list[Column], list[int]]:
    columns = list(columns)
    widths = [max(width_of(x) for x in (c.heading, *c.cells)) for c in columns]
    if width is None:
        return columns, widths
    while _total(widths) > width:
        cuttable = [i for i, c in enumerate(columns) if c.text and widths[i] > NARROWEST]
        if cuttable:
            i = max(cuttable, key=lambda i: widths[i])
            widths[i] = max(NARROWEST, widths[i] - (_total(widths) - width))
            continue
        dropped = next((i for i in reversed(range(len(columns))) if columns[i].optional), None)
        if dropped is None:
            break
        del columns[dropped], widths[dropped]
    return columns, widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _line(cells: list[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    placed = [
        right(cell, width) if column.align == "right" else fit(cell, width)
        for cell, column, width in zip(cells, columns, widths, strict=True)
    ]
    return GAP.join(placed).rstrip()

"""Cells of a terminal: a character, what combines with it, and how it looks."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len

from .stream import STYLED
from .style import PLAIN, Look, after, of_blank

Cell = tuple[str, Look]

UNKNOWN: Cell = ("\0", PLAIN)
"""What may be anything."""

_FIRST_PICTOGRAM = 0x1F000


@lru_cache(maxsize=16384)
def in_ascii(text: str) -> str:
    """Write text in ASCII, cell for cell: letters lose their accents, the rest is `?`."""
    if text.isascii():
        return text
    return "".join(
        char if char.isascii() else (_unaccented(char) or "?" * cell_len(char)) for char in text
    )


def _unaccented(char: str) -> str:
    base = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return base if len(base) == cell_len(char) and base.isprintable() else ""


@lru_cache(maxsize=16384)
def cells(text: str, look: Look) -> tuple[Cell, ...]:
    """Give text a cell a column: a wide character is followed by an empty one."""
    letters = _letters(look)
    if text.isascii():
        return tuple(map(letters.__getitem__, text))
    out: list[Cell] = []
    for char in text:
        size = cell_len(char)
        if size:
            out.append(letters[char] if char.isascii() else _other(char, look))
        elif out:
            _combine(out, char)
        if size == 2:
            out.append(("", look))
    return tuple(out)


@lru_cache(maxsize=1024)
def styled_cells(text: str, look: Look, ascii_only: bool) -> tuple[tuple[Cell, ...], Look] | None:
    """Give text with its styles a cell a column, and the look after it; None where it holds what
    is not understood. The same lines come again and again."""
    out: list[Cell] = []
    for part in STYLED.finditer(text):
        if part.lastgroup == "text":
            out.extend(cells(in_ascii(part[0]) if ascii_only else part[0], look))
        elif (changed := after(look, part["sgr"])) is not None:
            look = changed
        else:
            return None
    return tuple(out), look


class _Letters(dict[str, Cell]):
    """The cells of ASCII in one look. Each is there once, so that most are told apart at once."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def __missing__(self, char: str) -> Cell:
        self[char] = cell = char, of_blank(self._look) if char == " " else self._look
        return cell


_letters = lru_cache(maxsize=1024)(_Letters)


@lru_cache(maxsize=16384)
def _other(char: str, look: Look) -> Cell:
    return char, look


def _combine(out: list[Cell], char: str) -> None:
    at = -2 if len(out) > 1 and not out[-1][0] else -1
    text, look = out[at]
    out[at] = text + char, look


def place(row: list[Cell], x: int, new: tuple[Cell, ...]) -> None:
    """Put cells into a row; half of a wide character that is left over is a blank."""
    end = x + len(new)
    if x and not row[x][0]:
        row[x - 1] = _blanked(row[x - 1])
    if end < len(row) and not row[end][0]:
        row[end] = _blanked(row[end])
    row[x:end] = new


def is_blank(cell: Cell) -> bool:
    """Whether a cell shows its background and nothing else."""
    text, look = cell
    return text == " " and (not look.attributes or look.colours_only)


@lru_cache(maxsize=4096)
def advance(text: str) -> int:
    """Count the columns that the cursor goes on; -1 where terminals do not agree."""
    if len(text) == 1 and ord(text) < _FIRST_PICTOGRAM:
        return cell_len(text)
    return -1


def _blanked(cell: Cell) -> Cell:
    return " ", of_blank(cell[1])

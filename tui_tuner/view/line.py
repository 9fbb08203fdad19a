"""A line of the screen: runs of safe text, each with a role that the theme turns into a style."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from engine.text import clean

Run = tuple[str, str]
"""Text and the roles it plays, separated by spaces: 'dim', 'best', 'error cursor', ..."""

Line = tuple[Run, ...]

_INVISIBLE = {"Mn", "Me", "Cf"}


@lru_cache(maxsize=8192)
def plain(text: str, limit: int = 400) -> str:
    """Make foreign text safe and measurable: one line, every character one or two cells wide."""
    safe = clean(text[: 4 * limit], limit=limit)
    if safe.isascii():
        return safe
    composed = unicodedata.normalize("NFC", safe)
    return "".join(c for c in composed if unicodedata.category(c) not in _INVISIBLE)


def width_of(text: str) -> int:
    """Count the cells that safe text takes."""
    return len(text) if text.isascii() else cell_len(text)


@lru_cache(maxsize=16384)
def fit(text: str, width: int) -> str:
    """Cut or pad safe text to exactly `width` cells; what was cut shows as an ellipsis."""
    if width <= 0:
        return ""
    if width_of(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


def right(text: str, width: int) -> str:
    """Like `fit`, set against the right edge."""
    return " " * (width - width_of(text)) + text if width_of(text) <= width else fit(text, width)


def line_width(line: Sequence[Run]) -> int:
    """Count the cells of a line."""
    return sum([len(text) if text.isascii() else cell_len(text) for text, _ in line])


def crop(line: Iterable[Run], width: int) -> Line:
    """Cut or pad a line to exactly `width` cells."""
    out: list[Run] = []
    left = width
    for run in line:
        text = run[0]
        size = len(text) if text.isascii() else cell_len(text)
        if size > left:
            if left:
                out.append((fit(text, left), run[1]))
            return tuple(out)
        out.append(run)
        left -= size
    if left:
        out.append((" " * left, ""))
    return tuple(out)


def text_of(line: Sequence[Run]) -> str:
    """Give a line's text without its roles."""
    return "".join(text for text, _ in line)


def with_role(line: Sequence[Run], role: str) -> Line:
    """Give every run of a line a further role."""
    return tuple((text, f"{own} {role}" if own else role) for text, own in line)


def wrap(text: str, width: int, limit: int) -> list[str]:
    """Break safe text at spaces into at most `limit` lines of `width` cells."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(joined) <= width:
            lines[-1] = joined
        elif len(lines) == limit:
            lines[-1] = fit(f"{lines[-1]} {word}", width)
            break
        else:
            lines.append(fit(word, width).rstrip())
    return lines


def listed(names: Sequence[str], most: int = 4) -> str:
    """List a few by name, and say how many more there are."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"


def pack(parts: Sequence[tuple[int, Line]], width: int, gap: int = 3) -> Line:
    """Join (rank, line) parts in their order; where they do not all fit the lowest rank goes."""
    kept = [part for part in parts if part[1]]
    while len(kept) > 1 and sum(line_width(p[1]) + gap for p in kept) - gap > width:
        kept.remove(min(kept, key=lambda part: part[0]))
    joined: list[Run] = []
    for _, line in kept:
        if joined:
            joined.append((" " * gap, ""))
        joined.extend(line)
    return tuple(joined)

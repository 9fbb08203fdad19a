"""How densely the space has been tried: a strip a parameter, and a grid for a pair of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from engine.core.model import Params

from .glyphs import Glyphs
from .line import Line, Run, crop, right, width_of
from .ranges import Parameter
from .space_glyphs import space_glyphs
from .space_places import Places, ordered, places_lines, places_of
from .space_trials import Trials, numbers

_LEAST_STRIP, _MOST_STRIP = 12, 100
_SAID = 44
_A_BIN = 3
"""How many trials a bin of a strip would hold if all were tried evenly."""
_WORTH_NAMING = 0.02
"""The least share of a range that is worth naming as a stretch nobody tried."""


def coverage_line(parameter: Parameter, trials: Trials, width: int, glyphs: Glyphs) -> Line:
    """Draw one parameter: its strip, and the emptiest stretch of it."""
    said = min(_SAID, max(0, width - _LEAST_STRIP - 2))
    strip = max(1, min(_MOST_STRIP, width - said - 2))
    places = places_of(parameter)
    return crop(
        (
            *_strip(parameter.name, places, trials.tried, strip, glyphs),
            ("  ", ""),
            (emptiest(parameter.name, places, trials.tried, ".." if glyphs.ascii else "…"), "dim"),
        ),
        width,
    )


def _strip(
    name: str, places: Places, tried: Sequence[Params], width: int, glyphs: Glyphs
) -> list[Run]:
    wanted = max(8, len(tried) // _A_BIN) if places.axis is not None else len(places.names)
    bins = max(1, min(width, wanted))
    binned = [0] * bins
    for params in tried:
        share = places.share(params[name]) if name in params else None
        if share is not None:
            binned[min(bins - 1, int(share * bins))] += 1
    counts = [binned[x * bins // width] for x in range(width)]
    most = max(3, *counts)
    ladder = glyphs.ladder
    return [
        (ladder[-(-count * len(ladder) // most) - 1], "spark") if count else (glyphs.rule, "faint")
        for count in counts
    ]


def emptiest(name: str, places: Places, tried: Sequence[Params], to: str = "…") -> str:
    """Name the longest stretch of a range that nobody tried, or the choice tried least."""
    if not any(name in params for params in tried):
        return "never tried"
    if places.axis is None:
        counts = dict.fromkeys(range(len(places.names)), 0)
        for params in tried:
            at = places.column(params.get(name), len(places.names)) if name in params else None
            if at is not None:
                counts[at] += 1
        at = min(counts, key=lambda at: counts[at], default=0)
        return f"least: {places.names[at]}, {counts[at]} times" if places.names else ""
    shares = [share for v in numbers(tried, name) if (share := places.share(v)) is not None]
    stops = [0.0, *ordered(shares), 1.0]
    low, high = max(pairwise(stops), key=lambda pair: pair[1] - pair[0])
    if high - low < _WORTH_NAMING:
        return "no gap worth a name"
    return f"none in {places.text(low)} {to} {places.text(high)}, {100 * (high - low):.0f} % of it"


def pair_lines(
    across: Parameter, up: Parameter, trials: Trials, size: tuple[int, int], glyphs: Glyphs
) -> list[Line]:
    """Shade how often each pair of values was tried in exactly `size` (width, height) cells."""
    width, height = size
    horizontal, vertical = places_of(across), places_of(up)
    margin = min(max(width_of(vertical.text(share)) for share in (0.0, 1.0)), width // 3)
    columns, rows = width - margin - 1, height - 2
    if columns < 4 or rows < 1:
        return [crop((), width)] * height
    counts = _pairs(across.name, up.name, horizontal, vertical, trials.tried, (columns, rows))
    most = max((max(row) for row in counts), default=0)
    labels = {0: vertical.text(1.0), rows - 1: vertical.text(0.0)}
    lines = []
    for y, row in enumerate(counts):
        cells = "".join(_shade(count, most, glyphs) for count in row)
        edge = glyphs.tick if y in labels else glyphs.vertical
        label = right(labels.get(y, ""), margin)
        lines.append(crop(((label, "dim"), (edge, "faint"), (cells, "spark")), width))
    rule, below = places_lines(horizontal, columns, glyphs)
    lines.append(crop(((" " * margin + glyphs.corner, "faint"), *rule), width))
    return [*lines, crop((((" " * (margin + 1)), ""), *below), width)]


def _pairs(
    across: str,
    up: str,
    horizontal: Places,
    vertical: Places,
    tried: Sequence[Params],
    size: tuple[int, int],
) -> list[list[int]]:
    """Count the trials of each pair of values; cells are coarse, so that neighbours meet in one."""
    columns, rows = size
    wide = min(columns, len(horizontal.names) or 2 * _cells(len(tried)))
    high = min(rows, len(vertical.names) or _cells(len(tried)))
    counts = [[0] * wide for _ in range(high)]
    for params in tried:
        x = horizontal.share(params[across]) if across in params else None
        y = vertical.share(params[up]) if up in params else None
        if x is not None and y is not None:
            counts[high - 1 - min(high - 1, int(y * high))][min(wide - 1, int(x * wide))] += 1
    return [
        [counts[y * high // rows][x * wide // columns] for x in range(columns)] for y in range(rows)
    ]


def _cells(count: int) -> int:
    """How many cells a side has: about as many in all as trials, no fewer than four a side."""
    return max(4, int(count**0.5))


def _shade(count: int, most: int, glyphs: Glyphs) -> str:
    shades = space_glyphs(glyphs).shades
    return shades[-(-count * (len(shades) - 1) // max(most, 1))] if count else shades[0]

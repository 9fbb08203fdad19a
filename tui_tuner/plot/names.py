"""Names at the ends of lines: beside the last point, or where there is room nearby."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from tui_tuner.view.line import width_of

Free = Callable[[int, int, int], bool]
"""Whether so many cells from (x, y) on are blank."""


class Name(Struct, frozen=True, kw_only=True):
    """A name of exactly measured text, and the cell where its line ends."""

    text: str
    role: str
    x: int
    y: int


def placed(
    names: Sequence[Name], width: int, rows: int, margin: int, free: Free
) -> list[tuple[int, int, Name]]:
    """Say where names go, those given first nearest to their ends: (x, y, name).

    None lies on a curve or on another; some may find no room. Cells from `margin` on are kept
    free for names.
    """
    taken: list[tuple[int, int, int]] = []
    found: list[tuple[int, int, Name]] = []
    for name in names:
        size = width_of(name.text)
        for x, y in _places(name, width - size, rows, margin):
            clear = all(y != row or x + size < start or end < x for row, start, end in taken)
            if clear and free(x, y, size):
                taken.append((y, x, x + size))
                found.append((x, y, name))
                break
    return found


def _places(name: Name, last: int, rows: int, margin: int) -> Iterator[tuple[int, int]]:
    """Cells to try: near the end of the line, then in the margin, ever farther up and down."""
    if last < 0:
        return
    for start, reach in ((min(name.x + 2, last), 2), (min(margin + 1, last), rows)):
        for distance in range(reach + 1):
            for y in dict.fromkeys((name.y - distance, name.y + distance)):
                if 0 <= y < rows:
                    yield start, y

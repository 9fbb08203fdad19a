"""Small pictures side by side: as many as fit at a size at which they can be read, in pages."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from .line import Line, Run, crop

_LEAST_WIDTH, _LEAST_HEIGHT = 30, 8
_SHAPE = 3.2
"""How many times wider than high a picture is best, in cells."""
_GAP = 2


class Sheet(Struct, frozen=True, kw_only=True):
    """A page of `across` x `down` panels, each of `width` x `height` cells."""

    across: int
    down: int
    width: int
    height: int

    @property
    def page(self) -> int:
        """How many panels a page holds."""
        return self.across * self.down

    def first(self, at: int) -> int:
        """Give the first panel of the page that a panel is on."""
        return at // self.page * self.page

    def at(self, x: int, y: int) -> int:
        """Give the place on the page of the panel at a cell."""
        across = min(self.across - 1, max(0, x // (self.width + _GAP)))
        return min(self.down - 1, max(0, y // self.height)) * self.across + across


def arrange(count: int, width: int, height: int) -> Sheet:
    """Choose the page that shows the most of `count` panels in the best shape."""
    most_across = max(1, (width + _GAP) // (_LEAST_WIDTH + _GAP))
    most_down = max(1, height // _LEAST_HEIGHT)
    sheets = [
        Sheet(
            across=across,
            down=down,
            width=(width + _GAP) // across - _GAP,
            height=height // down,
        )
        for across in range(1, most_across + 1)
        for down in range(1, most_down + 1)
    ]
    return min(sheets, key=lambda sheet: _unfitness(sheet, max(1, count)))


def _unfitness(sheet: Sheet, count: int) -> tuple[int, int, float]:
    shape = sheet.width / max(1, sheet.height)
    missing = max(0, count - sheet.page)
    spare = max(0, sheet.page - count)
    return missing, spare // max(1, sheet.across), spare + abs(shape - _SHAPE)


def joined(panels: Sequence[Sequence[Line]], sheet: Sheet, width: int, height: int) -> list[Line]:
    """Set the panels of a page side by side, in exactly `height` lines of `width` cells."""
    blank = [crop((), sheet.width)] * sheet.height
    lines: list[Line] = []
    for start in range(0, sheet.page, sheet.across):
        row = [*panels[start : start + sheet.across]]
        row += [blank] * (sheet.across - len(row))
        for y in range(sheet.height):
            runs: list[Run] = []
            for n, panel in enumerate(row):
                runs += [(" " * _GAP, ""), *panel[y]] if n else panel[y]
            lines.append(crop(runs, width))
    return [*lines, *[crop((), width)] * (height - len(lines))][:height]

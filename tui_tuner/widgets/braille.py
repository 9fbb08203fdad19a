"""Curves in braille: a grid of 2 x 4 dots a character, or plain characters where ASCII is all."""

from __future__ import annotations

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


class Canvas:
    """A grid of characters to draw on; x grows to the right, y grows downwards, in dots."""

    def __init__(self, columns: int, rows: int, *, dots: tuple[int, int] = (2, 4)) -> None:
        self.columns = columns
        self.rows = rows
        self.dots = dots
        self._cells = [[0] * columns for _ in range(rows)]

    @property
    def width(self) -> int:
        """The number of dots across."""
        return self.columns * self.dots[0]

    @property
    def height(self) -> int:
        """The number of dots down."""
        return self.rows * self.dots[1]

    def dot(self, x: int, y: int) -> None:
        """Set one dot; outside the grid nothing happens."""
        if 0 <= x < self.width and 0 <= y < self.height:
            across, down = self.dots
            self._cells[y // down][x // across] |= _DOTS[x % across][y % down]

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Join two dots by Bresenham's line."""
        dx, dy = abs(x1 - x0), -abs(y1 - y0)
        step_x, step_y = (1 if x0 < x1 else -1), (1 if y0 < y1 else -1)
        error = dx + dy
        while True:
            self.dot(x0, y0)
            if x0 == x1 and y0 == y1:
                return
            double = 2 * error
            if double >= dy:
                error += dy
                x0 += step_x
            if double <= dx:
                error += dx
                y0 += step_y

    def text(self) -> list[str]:
        """Give the rows as text: braille, or '*' where a character is a single dot."""
        if self.dots == (1, 1):
            return ["".join("*" if cell else " " for cell in row) for row in self._cells]
        return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in self._cells]

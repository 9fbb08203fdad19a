"""The trial table as lines: headings, the rows in view, a scroll bar where there are more."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tui_tuner.view_state import ViewState

from .columns import Column, Context, cells, heading
from .glyphs import Glyphs
from .line import Line, crop, with_role


class Window(Struct, frozen=True):
    """Which rows are in view: `height` of them from `top`, with the cursor on a row or none."""

    top: int
    height: int
    cursor: int | None = None

    def reaching(self, position: int) -> Window:
        """Move just far enough to bring a row into view."""
        top = min(max(self.top, position - self.height + 1), position)
        return Window(max(0, top), self.height, self.cursor)

    def within(self, count: int) -> Window:
        """Move back to where there are rows."""
        return Window(max(0, min(self.top, count - self.height)), self.height, self.cursor)

    def shows(self, position: int | None) -> bool:
        """Whether a row is in view."""
        return position is not None and self.top <= position < self.top + self.height


def table_lines(
    state: ViewState, columns: Sequence[Column], window: Window, width: int, context: Context
) -> list[Line]:
    """Give the heading and a line for each row in view."""
    glyphs = context.glyphs
    bar = scroll_bar(len(state.order), window, glyphs)
    lines = [crop(with_role(heading(tuple(columns), state, glyphs), "head"), width)]
    for offset in range(window.height):
        position = window.top + offset
        if position >= len(state.order):
            lines.append(crop((), width))
            continue
        row = cells(state.row_at(position), tuple(columns), context)
        at_cursor = position == window.cursor
        pointer = (glyphs.cursor if at_cursor else " ", "accent")
        line = crop((pointer, *row), width - 1)
        lines.append((*(with_role(line, "cursor") if at_cursor else line), bar[offset]))
    return lines


def scroll_bar(count: int, window: Window, glyphs: Glyphs) -> list[tuple[str, str]]:
    """Give one cell a row: where in the whole the view is, blank if the whole is in view."""
    height = window.height
    if count <= height:
        return [(" ", "")] * height
    size = max(1, height * height // count)
    start = round(window.top / (count - height) * (height - size))
    thumb = "#" if glyphs.ascii else "▐"
    return [(thumb, "faint") if start <= y < start + size else (" ", "") for y in range(height)]


def centred(texts: Sequence[str], width: int, height: int) -> list[Line]:
    """Set a few sentences into the middle of an empty space."""
    above = max(0, (height - len(texts)) // 3)
    lines = [crop((), width)] * above
    for text in texts:
        indent = " " * max(1, (width - len(text)) // 2)
        lines.append(crop(((indent + text, "dim"),), width))
    return [*lines, *([crop((), width)] * max(0, height - len(lines)))][:height]

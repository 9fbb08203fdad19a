"""The trial table as lines: headings, the rows in view, a scroll bar where there are more."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from tui_tuner.view_state import TrialView, ViewState

from .cells import Context, cells
from .column_heads import heading
from .columns import Column, Layout
from .glyphs import Glyphs
from .line import Line, crop, with_role

_CHEAP = (int, float, str, bool, frozenset, tuple, type(None))
_NONE: frozenset[str] = frozenset()


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


class Rows:
    """Writes rows, and again only those of which anything has changed since."""

    def __init__(self) -> None:
        self._shared: tuple[object, ...] = ()
        self._written: dict[str, tuple[tuple[object, ...], Line]] = {}

    def write(
        self, shown: Sequence[TrialView], columns: tuple[Column, ...], context: Context
    ) -> list[Line]:
        """Give the lines of the rows in view, without their cursors."""
        shared = (columns, *context._replace(best=None, marks=_NONE, now=0.0, fresh=_NONE))
        if not _alike(shared, self._shared):
            self._shared, self._written = shared, {}
        before, self._written = self._written, {}
        return [self._line(row, before.get(row.id), columns, context) for row in shown]

    def _line(
        self,
        row: TrialView,
        before: tuple[tuple[object, ...], Line] | None,
        columns: tuple[Column, ...],
        context: Context,
    ) -> Line:
        ticks = row.attempt_started_at is not None
        own = (
            *(row, row.id in context.marks, row.id == context.best, row.id in context.fresh),
            context.now if ticks else None,
        )
        if before is None or not _alike(own, before[0]):
            before = own, cells(row, columns, context)
        self._written[row.id] = before
        return before[1]


def _alike(these: Sequence[object], those: Sequence[object]) -> bool:
    """Whether they are the same objects, or cheaply told to be equal."""
    return len(these) == len(those) and all(
        a is b or (isinstance(a, _CHEAP) and a == b) for a, b in zip(these, those, strict=True)
    )


def table_lines(
    state: ViewState, shown: Layout, window: Window, width: int, context: Context, rows: Rows
) -> list[Line]:
    """Give the heading and a line for each row in view; '>' at its end says that there are more
    columns."""
    glyphs = context.glyphs
    bar = scroll_bar(len(state.order), window, glyphs)
    titles = crop(with_role(heading(shown, state, glyphs), "head"), max(0, width - 1))
    lines: list[Line] = [crop((*titles, (">" if shown.later else " ", "key")), width)]
    in_view = range(window.top, min(window.top + window.height, len(state.order)))
    written = rows.write([state.row_at(n) for n in in_view], shown.columns, context)
    for offset, row in enumerate(written):
        at_cursor = window.top + offset == window.cursor
        pointer = (glyphs.cursor if at_cursor else " ", "accent")
        line = crop((pointer, *row), width - 1)
        lines.append((*(with_role(line, "cursor") if at_cursor else line), bar[offset]))
    lines += [crop((), width)] * (window.height - len(written))
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

"""The headings of the trial table, and which column a cell belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from tui_tuner.view_state import ViewState

from .columns import FROZEN, GUTTER, Column, Layout
from .glyphs import Glyphs
from .line import Line, Run, fit, right, width_of


def heading(shown: Layout, state: ViewState, glyphs: Glyphs) -> Line:
    """Write the headings, with the direction beside the one rows are sorted by.

    '<' behind the columns that stay says that there are more to the left.
    """
    sort = state.ordering.sort
    runs: list[Run] = [(" " * GUTTER, "head")]
    for place, column in enumerate(shown.columns):
        put = right if column.to_right else fit
        title = put(column.title.replace("±", glyphs.spread), column.width)
        gap = "<" if place == len(FROZEN) - 1 and shown.scrolled else " "
        if column.sortable and column.key == sort.column:
            arrow = glyphs.down if sort.reverse else glyphs.up
            words = title.rstrip()
            rest = " " * (column.width - width_of(words) - 1)
            runs.append((words + arrow, "sorted"))
            runs.append((rest + gap if len(words) < column.width else "", "head"))
        else:
            runs.extend([(title, "head"), (gap, "key" if gap != " " else "head")])
    return tuple(runs)


def column_at(columns: Sequence[Column], x: int) -> Column | None:
    """Find the column whose heading, or the gap behind it, stands in a cell of the table."""
    left = GUTTER
    for column in columns:
        if left <= x <= left + column.width:
            return column
        left += column.width + 1
    return None

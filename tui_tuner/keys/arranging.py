"""Keys that arrange the table."""

from __future__ import annotations

from .action import TABLE, Action

_TABLE = frozenset({TABLE})

ACTIONS: tuple[Action, ...] = (
    Action("columns", "o", "columns", "choose the columns, and their order", _TABLE, 24),
    Action(
        "earlier_columns", "left", "more", "scroll the columns", _TABLE, None, "←→", palette=False
    ),
    Action("later_columns", "right", "more", "show later columns", _TABLE, palette=False),
)

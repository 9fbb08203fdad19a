"""Keys that arrange the table."""

from __future__ import annotations

from .action import TABLE, Action

_TABLE = frozenset({TABLE})

ACTIONS: tuple[Action, ...] = (
    Action("columns", "o", "columns", "choose the columns, and their order", _TABLE, 24),
    Action("earlier_columns", "left", "left", "show earlier columns", _TABLE, shown="←"),
    Action("later_columns", "right", "right", "show later columns", _TABLE, shown="→"),
)

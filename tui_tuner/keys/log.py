"""Keys of the log."""

from __future__ import annotations

from .action import LOG, Action

ACTIONS: tuple[Action, ...] = (
    Action("follow", "f", "follow", "follow the end of the output, or stop", frozenset({LOG}), 1),
)

"""Keys of the history."""

from __future__ import annotations

from .action import HISTORY, Action

ACTIONS: tuple[Action, ...] = (
    Action("whole", "enter", "whole", "show the whole of it", frozenset({HISTORY}), 1, "Enter"),
)

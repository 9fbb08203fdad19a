"""Keys for the person: what they take away with them, and whether news ring."""

from __future__ import annotations

from .action import ALL, MAIN, TRIAL, Action

ACTIONS: tuple[Action, ...] = (
    Action("copy", "p", "copy", "copy its parameters as YAML; again: as flags", MAIN | {TRIAL}, 19),
    Action("quiet", "b", "bell", "ring for news, or keep quiet", ALL, 26),
)

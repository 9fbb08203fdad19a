"""Keys of the app itself."""

from __future__ import annotations

from .action import ALL, Action

ACTIONS: tuple[Action, ...] = (
    Action("help", "question_mark", "help", "show every key", ALL, 24, "?"),
    Action("palette", "ctrl+p", "palette", "find an action by name", ALL, None, "Ctrl-P", False),
    Action("theme", "t", "theme", "dark, light, high-contrast; remembered", ALL, None),
    Action("redraw", "ctrl+l", "redraw", "draw everything anew", ALL, None, "Ctrl-L", False),
    Action("detach", "q,ctrl+c", "detach", "leave; the sweep goes on", ALL, 25, "q"),
)

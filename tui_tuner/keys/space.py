"""Keys of the space."""

from __future__ import annotations

from .action import MAIN, SPACE, Action

_HERE = frozenset({SPACE})

ACTIONS: tuple[Action, ...] = (
    Action("space", "v", "space", "each parameter against the objective; coverage", MAIN, 12),
    Action("picture", "tab,p", "picture", "scatter, parallel or coverage", _HERE, 1, "Tab"),
    Action("enlarge", "enter", "enlarge", "this parameter alone, at full size", _HERE, 2, "Enter"),
    Action("near", "y", "better half", "the objective of the better half, or of all", _HERE, 5),
    Action(
        "previous_parameter",
        "left",
        "parameter",
        "go to the parameter before",
        _HERE,
        4,
        "←→",
        palette=False,
    ),
    Action("next_parameter", "right", "next", "go to the next parameter", _HERE, palette=False),
)

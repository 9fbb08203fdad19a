"""Keys of the comparison."""

from __future__ import annotations

from .action import COMPARE, Action

_COMPARE = frozenset({COMPARE})
_LEFT, _RIGHT = "left_square_bracket", "right_square_bracket"

ACTIONS: tuple[Action, ...] = (
    Action(
        "choose_next",
        _RIGHT,
        "choose",
        "choose one trial, to act on it alone",
        _COMPARE,
        1,
        "[ ]",
    ),
    Action("choose_previous", _LEFT, "choose", "choose the one before", _COMPARE, palette=False),
    Action(
        "drop", "space", "drop", "take the chosen trial out of the comparison", _COMPARE, 9, "Space"
    ),
    Action("more_trials", "n", "more", "show the next six trials", _COMPARE, 10),
)

"""Keys of the screen of one trial, and those it shares with the comparison of several."""

from __future__ import annotations

from .action import COMPARE, TRIAL, Action

_TRIAL = frozenset({TRIAL})
_CURVES = frozenset({TRIAL, COMPARE})
_LEFT, _RIGHT = "left_square_bracket", "right_square_bracket"

ACTIONS: tuple[Action, ...] = (
    Action("x_axis", "a", "x axis", "x by epoch, by step, or by time at work", _CURVES, 8),
    Action("smooth", "z", "smooth", "smooth the curves a little, a lot, not", _CURVES, 9),
    Action("cursor_left", "left", "read off", "read values off the curves", _CURVES, 6, "←→"),
    Action("cursor_right", "right", "read off", "move to the next point", _CURVES, palette=False),
    Action(
        "cursor_left_far",
        "shift+left",
        "far",
        "move by ten points",
        _CURVES,
        None,
        "Shift ←→",
        palette=False,
    ),
    Action("cursor_right_far", "shift+right", "far", "move by ten points", _CURVES, palette=False),
    Action("next_trial", _RIGHT, "trial", "go to the trial after, or before", _TRIAL, 7, "[ ]"),
    Action(
        "previous_trial", _LEFT, "trial before", "go to the trial before", _TRIAL, palette=False
    ),
)

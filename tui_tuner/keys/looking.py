"""Keys that look at the sweep, from the table and the pane beside it."""

from __future__ import annotations

from .action import FILTER, MAIN, STEERED, TRIAL, Action

_MARKED = MAIN | {TRIAL}

ACTIONS: tuple[Action, ...] = (
    Action(
        "filter", "slash", "filter", "show only some trials: lr>=1e-4 state=failed", MAIN, 8, "/"
    ),
    Action("keep", "enter", "keep the filter", "keep the filter", frozenset({FILTER}), 1, "Enter"),
    Action("mark", "space", "mark", "mark the trial, or unmark it; go down", _MARKED, 9, "Space"),
    Action("best", "asterisk", "best", "go to the best trial", _MARKED, 21),
    Action("sort", "s", "sort", "sort by the next column", MAIN, 20),
    Action("reverse", "x", "reverse", "turn the order round", MAIN, 21),
    Action("metric", "m", "metric", "put the next metric first", STEERED, 22),
    Action("log_axis", "y", "log axis", "draw the first metric on a log axis", STEERED, 23),
    Action(
        "compare", "c", "compare", "compare the marked trials, or this and the best", _MARKED, 9
    ),
    Action("log", "l", "log", "read the trial's output as it grows", MAIN | {TRIAL}, 10),
    Action("insight", "i", "insight", "which parameters matter, and where the best lie", MAIN, 11),
    Action("history", "h", "history", "who decided what, when and why", MAIN, 12),
)

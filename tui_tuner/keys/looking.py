"""Keys that look at the sweep, from the table and the pane beside it."""

from __future__ import annotations

from .action import FILTER, MAIN, Action

ACTIONS: tuple[Action, ...] = (
    Action("filter", "slash", "filter", "show only trials that match an EXPR", MAIN, 8, "/"),
    Action("keep", "enter", "keep the filter", "keep the filter", frozenset({FILTER}), 1, "Enter"),
    Action("mark", "space", "mark", "mark the trial, or unmark it; go down", MAIN, 9, "Space"),
    Action("sort", "s", "sort", "sort by the next column", MAIN, 20),
    Action("reverse", "x", "reverse", "turn the order round", MAIN, 21),
    Action("metric", "m", "metric", "put the next metric first", MAIN, 22),
    Action("log_axis", "y", "log axis", "draw the first metric on a log axis", MAIN, 23),
    Action("log", "l", "log", "read the trial's output as it grows", MAIN, 10),
    Action("insight", "i", "insight", "which parameters matter, and where the best lie", MAIN, 11),
    Action("history", "h", "history", "who decided what, when and why", MAIN, 12),
)

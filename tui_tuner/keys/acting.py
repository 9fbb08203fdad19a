"""Keys that change the sweep: capitals, and each asks before it acts."""

from __future__ import annotations

from .action import HISTORY, INSIGHT, MAIN, Action

ACTIONS: tuple[Action, ...] = (
    Action("prune", "K", "prune", "end the marked (or the current) trials for good", MAIN, 1),
    Action(
        "promote",
        "B",
        "promote",
        "give them a bigger budget, to go on from there",
        MAIN,
        2,
    ),
    Action("pause", "P", "pause", "pause them, or let paused ones go on", MAIN, 4),
    Action("retry", "R", "retry", "run failed ones again, revive pruned ones", MAIN, 5),
    Action("clone", "C", "clone", "run the current trial again, some values changed", MAIN, 14),
    Action("add", "A", "add", "run a configuration that you write", MAIN, 18),
    Action("note", "N", "note", "write a note on them", MAIN, 17),
    Action(
        "ranges",
        "E",
        "ranges",
        "edit ranges: narrow, widen, fix, choices, scales",
        MAIN | {INSIGHT},
        3,
    ),
    Action("widen", "V", "widen", "take the wider range that the border check advises", MAIN, 6),
    Action("stage", "T", "stage", "go on to the next stage, extend or repeat this", MAIN, 15),
    Action("slots", "W", "slots", "run more trials at once, or fewer", MAIN, 16),
    Action("schedule", "S", "stop", "stop, pause or resume the scheduling of trials", MAIN, 13),
    Action("undo", "U", "undo", "take back the newest act that can be", MAIN | {HISTORY}, 7),
)

"""Keys that change the sweep: capitals, and each asks before it acts."""

from __future__ import annotations

from .action import DEVICES, HISTORY, INSIGHT, SPACE, STEERED, Action

_RUNNING = STEERED | {DEVICES}
"""Where there are trials that run, and slots."""

ACTIONS: tuple[Action, ...] = (
    Action("prune", "K", "prune", "end the marked (or the current) trials for good", _RUNNING, 1),
    Action(
        "promote",
        "B",
        "promote",
        "train them on: a bigger budget, more epochs",
        STEERED,
        2,
    ),
    Action("pause", "P", "pause", "pause them, or let paused ones go on", _RUNNING, 4),
    Action("retry", "R", "retry", "run failed ones again, revive pruned ones", STEERED, 5),
    Action("clone", "C", "clone", "run the current trial again, some values changed", STEERED, 14),
    Action("add", "A", "add", "run a configuration that you write", STEERED, 18),
    Action("note", "N", "note", "write a note on them", STEERED, 17),
    Action(
        "ranges",
        "E",
        "ranges",
        "edit ranges: narrow, widen, fix, choices, scales",
        STEERED | {INSIGHT, SPACE},
        3,
    ),
    Action("widen", "V", "widen", "take the wider range that the border check advises", STEERED, 6),
    Action("stage", "T", "stage", "go on to the next stage, extend or repeat this", STEERED, 15),
    Action("slots", "W", "slots", "run more trials at once, or fewer", _RUNNING, 16),
    Action("schedule", "S", "stop", "stop, pause or resume the scheduling of trials", STEERED, 13),
    Action("undo", "U", "undo", "take back the newest act that can be", _RUNNING | {HISTORY}, 7),
)

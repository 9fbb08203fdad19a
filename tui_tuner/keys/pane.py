"""Keys that choose what the pane beside the table shows."""

from __future__ import annotations

from .action import MAIN, Action

ACTIONS: tuple[Action, ...] = (
    Action("pane_curves", "1", "curves", "see the trial's curves and facts", MAIN),
    Action("pane_space", "2", "space", "see where it lies among all trials", MAIN),
    Action("pane_log", "3", "log beside", "see the end of its output", MAIN),
    Action("pane_parameters", "4", "parameters", "see its values beside the best trial's", MAIN),
    Action("pane_history", "5", "decisions", "see what was decided on it", MAIN),
)

"""Keys of the sweeps of this box."""

from __future__ import annotations

from .action import MAIN, SWEEPS, Action

_HERE = frozenset({SWEEPS})

ACTIONS: tuple[Action, ...] = (
    Action("sweeps", "w", "sweeps", "all sweeps of this box; go to another one", MAIN, 13),
    Action("sweep_open", "enter", "look at it", "look at the sweep", _HERE, 1, "Enter"),
    Action("sweep_filter", "slash", "filter", "show only sweeps of a name", _HERE, 2, "/"),
)

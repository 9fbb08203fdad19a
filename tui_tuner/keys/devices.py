"""Keys of the devices."""

from __future__ import annotations

from .action import DEVICES, MAIN, Action

_HERE = frozenset({DEVICES})

ACTIONS: tuple[Action, ...] = (
    Action("devices", "d", "devices", "how the devices are used, and by which trials", MAIN, 12),
    Action("device_trial", "enter", "trial", "open the trial", _HERE, 1, "Enter"),
    Action("exclude", "X", "exclude", "take the marked (or the current) GPU from it", _HERE, 2),
    Action("include", "I", "include", "let the sweep use the GPU again", _HERE, 2),
    Action("quarantine", "Q", "quarantine", "close a broken GPU; its trials go on", _HERE, 8),
    Action("device_mark", "space", "mark", "mark the GPU, to act on several", _HERE, 6, "Space"),
    Action("device_plot", "m", "plots", "put the next of its plots first", _HERE, 9),
    Action("device_span", "a", "span", "plot the last hour, or the whole sweep", _HERE, 10),
)

"""Keys of the devices."""

from __future__ import annotations

from .action import DEVICES, MAIN, Action

ACTIONS: tuple[Action, ...] = (
    Action("devices", "d", "devices", "how the devices are used, and by which trials", MAIN, 12),
    Action("device_trial", "enter", "trial", "open the trial", frozenset({DEVICES}), 1, "Enter"),
)

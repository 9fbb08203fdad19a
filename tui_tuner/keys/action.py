"""One thing a person can do, and the places where keys mean something."""

from __future__ import annotations

from typing import NamedTuple

from .spelling import written

TABLE, PANE, FILTER = "table", "pane", "filter"
TRIAL, LOG, COMPARE = "trial", "log", "compare"
SPACE, RANGES, INSIGHT = "space", "ranges", "insight"
HISTORY, DEVICES, SWEEPS = "history", "devices", "sweeps"

MAIN = frozenset({TABLE, PANE})
STEERED = MAIN | {TRIAL, COMPARE}
"""Places that show trials which can be steered from there."""
ALL = frozenset({TABLE, PANE, TRIAL, LOG, COMPARE, SPACE, INSIGHT, HISTORY, DEVICES, SWEEPS})
"""Every place with rows or lines to move over; the range editor has keys of its own."""


class Action(NamedTuple):
    """One thing a person can do: `id` names the method `action_<id>`, `where` the places it works.

    `footer` ranks it for the footer, 0 first; None keeps it out. `palette` is False for mere
    movement.
    """

    id: str
    keys: str
    label: str
    help: str
    where: frozenset[str]
    footer: int | None = None
    shown: str = ""
    palette: bool = True

    @property
    def key(self) -> str:
        """The key as people write it."""
        return self.shown or written(self.keys.split(",")[0])

    @property
    def acts(self) -> bool:
        """Whether it changes the sweep; such keys are capitals and ask before they act."""
        return self.palette and len(self.key) == 1 and self.key.isupper()

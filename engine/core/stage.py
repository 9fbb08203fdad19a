"""A stage under way or done, and what of it is still open."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct, field

from .model import Trial
from .plan import StagePlan


class Stage(Struct, kw_only=True):
    """A stage under way or done. `extra` trials were asked for beyond its plan's, `proposed` made;
    `promoted` were taken over from earlier stages.

    `members` are the configurations that are, or once were, in it; `open` counts, for each that
    has not ended with all its seeds, the seeds that have not.
    """

    plan: StagePlan
    extra: int = 0
    proposed: int = 0
    promoted: int = 0
    rank_class: int = 0
    members: int = 0
    open: Counter[int] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """How many of its configurations have ended, with all their seeds."""
        return self.members - len(self.open)

    def note_open(self, trial: Trial, more: int) -> None:
        """Count a trial as one that has not ended, or (-1) that has."""
        number = trial.number if trial.repeat_of is None else trial.repeat_of
        self.open[number] += more
        if self.open[number] <= 0:
            del self.open[number]

    @property
    def left(self) -> int | None:
        """How many more proposals it makes; None: as many as the limits allow."""
        if self.plan.trials is None:
            return None
        return max(0, self.plan.trials + self.extra - self.proposed)

"""What waiting trials need of GPUs, and which of them others have passed too often."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .devices import Demand
from .gpus import Gpus

MOST_PASSES = 8
"""A trial that finds no room is passed by so many later ones; then GPUs are kept for it."""


class Claims:
    """The waiting trials by their demands.

    Those that were passed too often are starving: for each demand that has any, as many GPUs as it
    needs are kept, whoever of that demand is first in the queue. Of what others need they are kept.
    """

    def __init__(self) -> None:
        self.waiting: dict[Demand, set[int]] = {}
        self.starving: dict[Demand, set[int]] = {}
        self._demands: dict[int, Demand] = {}
        self._passes: dict[int, int] = {}

    def enter(self, trial: int, demand: Demand) -> None:
        """A trial waits from now on."""
        self._demands[trial] = demand
        self.waiting.setdefault(demand, set()).add(trial)

    def leave(self, trial: int) -> None:
        """A trial waits no more."""
        demand = self._demands.pop(trial, None)
        self._passes.pop(trial, None)
        for trials in (self.waiting, self.starving):
            if demand in trials:
                trials[demand].discard(trial)
                if not trials[demand]:
                    del trials[demand]

    def demand(self, trial: int) -> Demand:
        """What a waiting trial needs."""
        return self._demands[trial]

    def passed(self, trials: Iterable[int]) -> None:
        """A trial was started before these, which are ahead of it in the queue."""
        for trial in trials:
            passes = self._passes.get(trial, 0) + 1
            self._passes[trial] = passes
            if passes >= MOST_PASSES:
                self.starving.setdefault(self._demands[trial], set()).add(trial)

    def kept_from(self, demand: Demand, gpus: Gpus) -> Collection[str]:
        """The GPUs that are kept for others than trials of this demand."""
        kept: set[str] = set()
        others: set[str] = set()
        for starving in self.starving:
            chosen = gpus.emptiest(starving.gpus, but=kept)
            kept.update(chosen)
            if starving != demand:
                others.update(chosen)
        return others

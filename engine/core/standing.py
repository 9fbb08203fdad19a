"""Standings: the objectives of many trials at one step of their curves, kept in order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable, Mapping

from .model import Trial

Grouping = Callable[[Trial], Hashable | None]
"""The group that a trial stands in, for good; None for none. Hashable itself: equal ones share."""


class Standing:
    """The objectives that trials had at one step, as losses (less is better), best first.

    What is no number counts as infinitely bad.
    """

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.by_trial: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self.losses)

    def better_than(self, loss: float) -> int:
        """How many are strictly better."""
        return bisect_left(self.losses, loss)

    def put(self, trial: int, loss: float | None) -> None:
        """Enter a trial's loss in place of its former one; None takes it out."""
        before = self.by_trial.get(trial)
        if before == loss:
            return
        if before is not None:
            del self.losses[bisect_left(self.losses, before)]
            del self.by_trial[trial]
        if loss is not None:
            insort(self.losses, loss)
            self.by_trial[trial] = loss


class Pool:
    """Standings at the steps that were ever asked for, one for each group of trials.

    They are kept up to date; asking for a new step costs a look at every trial.
    """

    def __init__(
        self,
        trials: Mapping[int, Trial],
        grouping: Grouping,
        loss_at: Callable[[Trial, int], float | None],
    ) -> None:
        self._trials = trials
        self._grouping = grouping
        self._loss_at = loss_at
        self._by_step: dict[int, dict[Hashable, Standing]] = {}
        self._steps: list[int] = []

    def at(self, step: int, group: Hashable) -> Standing:
        """The standing of a group at a step."""
        if step not in self._by_step:
            self._by_step[step] = {}
            insort(self._steps, step)
            for trial in self._trials.values():
                if (own := self._grouping(trial)) is not None:
                    self._enter(trial, step, own)
        return self._by_step[step].setdefault(group, Standing())

    def note(self, trial: Trial, after: int, last: int) -> None:
        """Take in that a trial's curve, which now ends at `last`, changed beyond `after`."""
        at = bisect_right(self._steps, after)
        if at == len(self._steps) or (group := self._grouping(trial)) is None:
            return
        for step in self._steps[at:]:
            stood = self._enter(trial, step, group)
            if step > last and not stood:
                break

    def forget(self, trial: Trial) -> None:
        """Take a trial out of every standing."""
        for by_group in self._by_step.values():
            for standing in by_group.values():
                standing.put(trial.number, None)

    def _enter(self, trial: Trial, step: int, group: Hashable) -> bool:
        """Enter a trial's loss at a step; say whether it stood there before."""
        standing = self._by_step[step].setdefault(group, Standing())
        stood = trial.number in standing.by_trial
        standing.put(trial.number, self._loss_at(trial, step))
        return stood


def by_class(trial: Trial) -> int | None:
    """Trials compare within a class only (see `Trial.rank_class`), and repeats in none."""
    return trial.rank_class if trial.repeat_of is None else None

"""Trials compared by how many objectives they have logged, whatever steps they gave them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from math import isfinite

from .model import Trial
from .standing import Pool, Standing, by_class


class Logged:
    """Standings at the n-th objective that trials logged; what is no number is not counted.

    `note` must hear of every change of a curve, `forget` of every change of a class before it is
    made.
    """

    def __init__(self, trials: Mapping[int, Trial], loss: Callable[[float], float]) -> None:
        self._loss = loss
        self._holes: dict[int, list[int]] = {}
        self._pool = Pool(trials, by_class, self.loss_at)
        for trial in trials.values():
            self._find_holes(trial, 0)

    def count(self, trial: Trial) -> int:
        """How many objectives a trial has logged in its class."""
        return len(trial.values) - self._unranked(trial) - len(self._holes.get(trial.number, ()))

    def loss_at(self, trial: Trial, count: int) -> float | None:
        """The loss a trial logged as its `count`-th; None where it has not come so far."""
        if count > self.count(trial):
            return None
        at = self._unranked(trial) + count - 1
        for hole in self._holes.get(trial.number, ()):
            at += hole <= at
        return self._loss(trial.values[at])

    def at(self, count: int, rank_class: int = 0) -> Standing:
        """The standing at a count among the trials of a class."""
        return self._pool.at(count, rank_class)

    def note(self, trial: Trial, at: int) -> None:
        """Take in that a trial's curve changed at the point with index `at`, and maybe beyond."""
        self._find_holes(trial, at)
        unchanged = at - self._unranked(trial) - len(self._holes.get(trial.number, ()))
        self._pool.note(trial, unchanged, self.count(trial))

    def forget(self, trial: Trial) -> None:
        """Take in that a trial leaves its class: nothing it has logged counts any more."""
        self._holes.pop(trial.number, None)
        self._pool.forget(trial)

    def _unranked(self, trial: Trial) -> int:
        """How many of its points belong to an earlier class."""
        return bisect_right(trial.steps, trial.ranked_after) if trial.ranked_after else 0

    def _find_holes(self, trial: Trial, at: int) -> None:
        """Find anew which of its points from index `at` on are no numbers."""
        start = max(at, self._unranked(trial))
        found = [i for i in range(start, len(trial.values)) if not isfinite(trial.values[i])]
        known = self._holes.get(trial.number, [])
        if found or known:
            self._holes[trial.number] = known[: bisect_left(known, at)] + found

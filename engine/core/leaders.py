"""The best few trials, kept as reports come, so that nobody sorts thousands at every end."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping

from .model import Goal, Trial
from .ranking import is_marked_infeasible

KEPT = 16

Key = tuple[int, float, int]
"""Ascending from the best: class, value turned so that less is better, number."""


class Leaders:
    """The best `KEPT` trials of the highest class. `note` must hear of every change of a best.

    A repeat adds no configuration of its own, and is left out; so is one marked infeasible.
    """

    def __init__(self, trials: Mapping[int, Trial], goal: Callable[[], Goal]) -> None:
        self.valued = 0
        """How many trials have an objective."""
        self._trials = trials
        self._goal = goal
        self._keys: dict[int, Key] = {}
        self._order: list[Key] = []
        self._stale = False

    def note(self, trial: Trial) -> None:
        """Take in that a trial's best, or its class, may have changed."""
        number, old = trial.number, self._keys.get(trial.number)
        new = self._key(trial)
        if new == old:
            return
        if new is None:
            del self._keys[number]
        else:
            self._keys[number] = new
        self.valued = len(self._keys)
        if old is not None and old in self._order:
            self._order.remove(old)
            # Who comes next, if this one fell, is not among those kept.
            self._stale |= new is None or new > old
        if new is not None and (len(self._order) < KEPT or new < self._order[-1]):
            insort(self._order, new)
            del self._order[KEPT:]

    def top(self, most: int) -> list[Trial]:
        """The best `most` (at most `KEPT`) trials, best first, of the highest class there is."""
        if self._stale or len(self._order) < min(KEPT, len(self._keys)):
            self._order = sorted(self._keys.values())[:KEPT]
            self._stale = False
        if not self._order:
            return []
        highest = self._order[0][0]
        return [self._trials[key[2]] for key in self._order[:most] if key[0] == highest]

    def _key(self, trial: Trial) -> Key | None:
        is_apart = trial.repeat_of is not None or is_marked_infeasible(trial.state)
        if trial.best is None or is_apart:
            return None
        value = trial.best.value
        return -trial.rank_class, -value if self._goal() is Goal.MAXIMIZE else value, trial.number

"""What a rule may know of the other trials: their objectives at a step, kept in order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping
from math import inf, isfinite

from .model import Goal, Trial
from .plan import Plan


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


class Peers:
    """Every trial of a sweep, for rules to read.

    A trial's objective at a step is that of its first point there or beyond it: a script may
    report every fifth epoch only. Repeats of a finalist stand in no comparison, and trials compare
    within a class only (see `Trial.rank_class`). Standings are kept up to date for the steps that
    were ever asked for; asking for a new step costs a look at every trial.
    """

    def __init__(self, trials: Mapping[int, Trial], plan: Callable[[], Plan]) -> None:
        self.trials = trials
        self._plan = plan
        self._standings: dict[int, dict[int, Standing]] = {}
        self._kept: list[int] = []

    @property
    def goal(self) -> Goal:
        """Which way the objective is better."""
        return self._plan().goal

    @property
    def metric(self) -> str:
        """The objective's name."""
        return self._plan().metric

    @property
    def budget(self) -> int | None:
        """The full budget of a trial, in epochs; None where the config has none."""
        return self._plan().budget

    def loss(self, value: float) -> float:
        """Turn an objective so that less is better; infinity for what is no number."""
        if not isfinite(value):
            return inf
        return -value if self.goal is Goal.MAXIMIZE else value

    def loss_at(self, trial: Trial, step: int) -> float | None:
        """A trial's loss at a step; None where it has not come so far."""
        at = bisect_left(trial.steps, max(step, trial.ranked_after + 1))
        return self.loss(trial.values[at]) if at < len(trial.steps) else None

    def at(self, step: int, rank_class: int = 0) -> Standing:
        """The standing at a step among the trials of a class."""
        if step not in self._standings:
            self._standings[step] = {}
            insort(self._kept, step)
            for trial in self.trials.values():
                self._enter(trial, step)
        return self._standings[step].setdefault(rank_class, Standing())

    def note(self, trial: Trial, step: int) -> None:
        """Take in that a trial's curve changed at `step`, and maybe beyond it."""
        at = bisect_left(trial.steps, step)
        before = trial.steps[at - 1] if at else 0
        last = trial.steps[-1] if trial.steps else 0
        for kept in self._kept[bisect_right(self._kept, before) :]:
            known = self._enter(trial, kept)
            if kept > last and not known:
                break

    def rerank(self, trial: Trial, rank_class: int) -> None:
        """Take in that a trial left the class `rank_class`: nothing it had there counts."""
        for by_class in self._standings.values():
            if rank_class in by_class:
                by_class[rank_class].put(trial.number, None)

    def _enter(self, trial: Trial, step: int) -> bool:
        """Enter a trial's loss at a step; say whether it stood there before."""
        if trial.repeat_of is not None:
            return False
        standing = self._standings[step].setdefault(trial.rank_class, Standing())
        known = trial.number in standing.by_trial
        standing.put(trial.number, self.loss_at(trial, step))
        return known

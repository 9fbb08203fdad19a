"""What a rule may know of the other trials: their objectives at a step, kept in order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable, Mapping
from math import inf, isfinite

from .model import Complete, Goal, Pruned, Running, Trial
from .plan import Plan

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


class Peers:
    """Every trial of a sweep, for rules to read.

    A trial's objective at a step is that of its first point there or beyond it: a script may
    report every fifth epoch only. `worked_out` is for what rules derive from all this and keep.

    `note` must hear of every change of a curve, `settle` of every change of a state, `rerank` of
    every change of a class before it is made.
    """

    def __init__(self, trials: Mapping[int, Trial], plan: Callable[[], Plan]) -> None:
        self.trials = trials
        self.worked_out: dict[Hashable, object] = {}
        self._plan = plan
        self._full_length: dict[int, dict[int, None]] = {}
        self._pools: dict[Grouping, Pool] = {}

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

    @property
    def unit(self) -> str:
        """What a step is called: 'epoch', where the budget counts epochs."""
        parameter = self._plan().budget_parameter or "steps"
        return parameter[:-1] if len(parameter) > 1 and parameter.endswith("s") else "step"

    @property
    def rank_class(self) -> int:
        """The class of the newest trial."""
        newest = self.trials.get(len(self.trials))
        return newest.rank_class if newest is not None else 0

    def loss(self, value: float) -> float:
        """Turn an objective so that less is better; infinity for what is no number."""
        if not isfinite(value):
            return inf
        return -value if self.goal is Goal.MAXIMIZE else value

    def value(self, loss: float) -> float:
        """Turn a loss back into the objective it came from."""
        return -loss if self.goal is Goal.MAXIMIZE else loss

    def loss_at(self, trial: Trial, step: int) -> float | None:
        """A trial's loss at a step; None where it has not come so far, or not in its class."""
        if step <= trial.ranked_after:
            return None
        at = bisect_left(trial.steps, step)
        return self.loss(trial.values[at]) if at < len(trial.steps) else None

    def at(self, step: int, rank_class: int = 0) -> Standing:
        """The standing at a step among the trials of a class."""
        return self.among(by_class).at(step, rank_class)

    def full_length_at(self, step: int, rank_class: int = 0) -> Standing:
        """The standing at a step among the full-length trials of a class."""
        return self.among(self._full_length_class).at(step, rank_class)

    def among(self, grouping: Grouping) -> Pool:
        """The standings of other groups of trials than the classes."""
        pool = self._pools.get(grouping)
        if pool is None:
            pool = self._pools[grouping] = Pool(self.trials, grouping, self.loss_at)
        return pool

    def full_length(self, rank_class: int = 0) -> Mapping[int, None]:
        """The trials of a class that ran to their end, in the order in which they did so.

        They are complete at the full budget, or had nothing more to gain, and have an objective.
        """
        return self._full_length.get(rank_class, {})

    def note(self, trial: Trial, step: int) -> None:
        """Take in that a trial's curve changed at `step`, and maybe beyond it."""
        at = bisect_left(trial.steps, step)
        after = max(trial.steps[at - 1] if at else 0, trial.ranked_after)
        last = trial.steps[-1] if trial.steps else 0
        for pool in self._pools.values():
            pool.note(trial, after, last)
        if not isinstance(trial.state, Running):
            self.settle(trial)

    def settle(self, trial: Trial) -> None:
        """Take in that a trial's state changed: it may have come to its end, or left it."""
        members = self._full_length.setdefault(trial.rank_class, {})
        if _is_full_length(trial, self.budget) == (trial.number in members):
            return
        pool = self.among(self._full_length_class)
        if trial.number in members:
            del members[trial.number]
            pool.forget(trial)
        else:
            members[trial.number] = None
            pool.note(trial, trial.ranked_after, trial.steps[-1])

    def rerank(self, trial: Trial) -> None:
        """Take in that a trial leaves its class: nothing it had there counts."""
        self._full_length.get(trial.rank_class, {}).pop(trial.number, None)
        for pool in self._pools.values():
            pool.forget(trial)

    def _full_length_class(self, trial: Trial) -> int | None:
        members = self._full_length.get(trial.rank_class, {})
        return trial.rank_class if trial.number in members else None


def _is_full_length(trial: Trial, budget: int | None) -> bool:
    if trial.repeat_of is not None or trial.best is None:
        return False
    if budget is not None and trial.budget is not None and trial.budget < budget:
        return False
    state = trial.state
    return isinstance(state, Complete) or (isinstance(state, Pruned) and state.converged)

"""What a rule may know of the other trials: their objectives at a step, kept in order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Mapping
from math import inf, isfinite

from .logged import Logged
from .model import Complete, Goal, Pruned, Running, Trial
from .plan import Plan
from .standing import Grouping, Pool, Standing, by_class


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
        self._logged: Logged | None = None

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

    @property
    def logged(self) -> Logged:
        """The standings by how often the objective was logged, whatever the steps."""
        if self._logged is None:
            self._logged = Logged(self.trials, self.loss)
        return self._logged

    def full_length(self, rank_class: int = 0) -> dict[int, None]:
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
        if self._logged is not None:
            self._logged.note(trial, at)
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
        if self._logged is not None:
            self._logged.forget(trial)

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

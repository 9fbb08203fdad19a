"""Which trials are better than which."""

from __future__ import annotations

from collections.abc import Iterable

from .model import Best, Goal, Pruned, Trial, TrialState


def best_of(trials: Iterable[Trial], goal: Goal, most: int) -> list[Trial]:
    """The best trials by their objectives, best first, of the highest class that has any."""
    ranked = [t for t in trials if t.best is not None and not is_marked_infeasible(t.state)]
    top = max((t.rank_class for t in ranked), default=0)
    sign = -1.0 if goal is Goal.MAXIMIZE else 1.0
    ranked = [t for t in ranked if t.rank_class == top]
    ranked.sort(key=lambda t: (sign * t.best.value if t.best else 0.0, t.number))
    return ranked[:most]


def leads(trial: Trial, leader: Trial | None, goal: Goal) -> bool:
    """Whether a trial that has an objective is better than the best so far."""
    if leader is None or leader.best is None:
        return True
    if trial.rank_class != leader.rank_class:
        return trial.rank_class > leader.rank_class
    assert trial.best is not None
    return beats(trial.best, leader.best, goal)


def beats(a: Best, b: Best, goal: Goal) -> bool:
    """Whether one best is better than another."""
    return goal.better(a.value, b.value)


def is_marked_infeasible(state: TrialState) -> bool:
    """Whether a person said that the configuration is no good."""
    return isinstance(state, Pruned) and state.infeasible

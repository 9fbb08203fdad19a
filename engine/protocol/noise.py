"""Which finalists cannot be told apart from the leader: the badge beside their means."""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.model import Goal, Spread
from engine.core.repeats import within_noise
from engine.core.views import TrialView


def leader(rows: Iterable[TrialView], goal: str) -> TrialView | None:
    """The finalist with the best mean at the biggest budget that has any; None without means."""
    best: TrialView | None = None
    for row in rows:
        if row.mean is not None and (best is None or _leads(row, best, Goal(goal))):
            best = row
    return best


def is_level(row: TrialView, first: TrialView | None) -> bool:
    """Whether a finalist's distance from the leader `first` is within the noise of both.

    Only finalists of the leader's stage compare: others had other budgets or other values.
    """
    if first is None or row.id == first.id or row.stage != first.stage:
        return False
    ours, theirs = _spread(row), _spread(first)
    return ours is not None and theirs is not None and within_noise(theirs, ours)


def level_with_leader(rows: Iterable[TrialView], goal: str) -> frozenset[str]:
    """Names of all finalists that cannot be told apart from the leader, itself left out."""
    finalists = [row for row in rows if row.mean is not None]
    first = leader(finalists, goal)
    return frozenset(row.id for row in finalists if is_level(row, first))


def _leads(row: TrialView, best: TrialView, goal: Goal) -> bool:
    ours, theirs = row.budget or 0, best.budget or 0
    if ours != theirs:
        return ours > theirs
    assert row.mean is not None
    assert best.mean is not None
    return goal.better(row.mean, best.mean)


def _spread(row: TrialView) -> Spread | None:
    if row.mean is None:
        return None
    return Spread(n=max(1, row.repeats), mean=row.mean, std=row.std)

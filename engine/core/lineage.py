"""A trial's schedule through its ancestors: which values trained which steps."""

from __future__ import annotations

from collections.abc import Callable

from .views import LineageView, TrialView


def lineage_of(row: TrialView, find: Callable[[str], TrialView | None]) -> list[LineageView]:
    """Give the stretches that lead to a trial, the oldest first; none where it began afresh.

    `find` gives the row of a trial by its name.
    """
    if not _is_born(row):
        return []
    done = row.step or 0
    stretches = [_stretch(row, done if done > row.from_step else None)]
    while _is_born(row):
        until = row.from_step
        parent = find(row.parent or "")
        if parent is None:
            break
        row = parent
        if row.from_step < until:
            stretches.append(_stretch(row, until))
    return stretches[::-1]


def _is_born(row: TrialView) -> bool:
    """Whether it goes on from a checkpoint of its parent's."""
    return row.generation > 0 and row.from_step > 0 and row.parent is not None


def _stretch(row: TrialView, until: int | None) -> LineageView:
    return LineageView(trial=row.id, from_step=row.from_step + 1, to_step=until, params=row.params)

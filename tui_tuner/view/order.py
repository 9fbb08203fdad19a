"""Which rows are shown, and in what order: kept sorted as rows change, never sorted anew."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from engine.core.views import TrialView

Entry = tuple[Any, int, str]
"""A sort key, the trial's number (which settles ties), and its name."""

RANKS = {"running": 0, "paused": 1, "complete": 1, "pruned": 1, "failed": 1, "waiting": 2}

FIXED_COLUMNS = ("state", "id", "epoch", "last", "best", "elapsed")


class Sort(Struct, frozen=True):
    """The column rows are sorted by. 'state' puts what runs first, then the best."""

    column: str = "state"
    reverse: bool = False


class Filter(Struct, frozen=True):
    """An EXPR and what it means."""

    text: str
    accepts: Callable[[TrialView], bool]


class Ordering(Struct, frozen=True):
    """Everything a row's place depends on, besides the row."""

    sort: Sort = Sort()
    filter: Filter | None = None
    maximize: bool = True

    def shows(self, row: TrialView) -> bool:
        """Whether the filter lets the row through."""
        return self.filter is None or self.filter.accepts(row)

    def entry(self, row: TrialView) -> Entry:
        """Give the row's place: entries compare as the rows are to be shown."""
        return self._key(row), int(row.id[1:]), row.id

    def _key(self, row: TrialView) -> Any:
        column, reverse = self.sort.column, self.sort.reverse
        best_first = self.maximize != reverse
        if column == "state":
            return (RANKS.get(row.state, 3), *_number_key(row.best, best_first))
        if column == "best":
            return _number_key(row.best, best_first)
        if column == "mean":
            return _number_key(row.mean, best_first)
        if column == "last":
            return _number_key(row.value, best_first)
        if column == "id":
            return -int(row.id[1:]) if reverse else 0
        if column == "epoch":
            return _number_key(row.step, not reverse)
        if column == "elapsed":
            return _elapsed_key(row, reverse)
        return _any_key(row.params.get(column), reverse)


def build(rows: Iterable[TrialView], ordering: Ordering) -> tuple[Entry, ...]:
    """Sort all rows that are shown."""
    return tuple(sorted(ordering.entry(row) for row in rows if ordering.shows(row)))


def moved(
    order: Sequence[Entry],
    before: Mapping[str, TrialView],
    changed: Sequence[TrialView],
    ordering: Ordering,
) -> tuple[Entry, ...]:
    """Give the order after some rows changed; each costs a search, not a sort."""
    entries = list(order)
    for row in changed:
        old = before.get(row.id)
        was = ordering.entry(old) if old is not None and ordering.shows(old) else None
        now = ordering.entry(row) if ordering.shows(row) else None
        if was == now:
            continue
        if was is not None:
            del entries[bisect_left(entries, was)]
        if now is not None:
            insort(entries, now)
    return tuple(entries)


def _number_key(value: float | None, descending: bool) -> tuple[int, float]:
    if value is None or math.isnan(value):
        return 1, 0.0
    return 0, -value if descending else value


def _elapsed_key(row: TrialView, reverse: bool) -> tuple[int, float]:
    if row.state == "running" or row.held:
        return -1, -(row.attempt_started_at or 0.0) if reverse else row.attempt_started_at or 0.0
    return _number_key(row.elapsed_s or None, not reverse)


def _any_key(value: Any, reverse: bool) -> tuple[Any, ...]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (0, *_number_key(value, reverse))
    if value is None:
        return 3, 0, 0
    text = str(value)
    return 2, 0, _Backwards(text) if reverse else text


class _Backwards:
    """Text that compares the other way round."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __lt__(self, other: _Backwards) -> bool:
        return other.text < self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Backwards) and other.text == self.text

    __hash__ = None  # type: ignore[assignment]

"""Which rows are shown, and in what order: kept sorted as rows change, never sorted anew.

An order is the trials' names. Where a row stands follows from the row alone, and is found by a
search; sorting all of ten thousand rows takes no longer than a person notices.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from itertools import compress, repeat
from operator import attrgetter, eq, ne, not_
from typing import Any

from msgspec import Struct

from engine.core.views import TrialView

from .costs import gpu_order, rate_maximized, rate_minimized
from .device_words import device_of
from .kept import Column, Kept

Order = tuple[str, ...]
"""Names of trials, as they are to be shown."""

Entry = tuple[Any, int]
"""Where a row stands: its key, and the trial's number, which settles ties."""

RANKS = {"running": 0, "paused": 1, "complete": 1, "pruned": 1, "failed": 1, "waiting": 2}
_UNRANKED = 3

FIXED_COLUMNS = (
    *("state", "id", "epoch", "last", "best", "elapsed"),
    *("device %", "memory", "peak memory", "cpu %", "device", "GPU hours", "best per hour"),
)
_TIMES = ("elapsed", "GPU hours")
"""Columns of time that runs on: what runs stands first, the longest of it first."""


class Sort(Struct, frozen=True):
    """The column rows are sorted by. 'state' puts what runs first, then the best."""

    column: str = "state"
    reverse: bool = False


def known(sort: Sort, rows: Collection[TrialView], params: Collection[str]) -> Sort:
    """Give the sort, or the usual one where none of the rows has that column."""
    if sort.column == "mean":
        return sort if any(row.mean is not None for row in rows) else Sort()
    found = not rows or sort.column in FIXED_COLUMNS or sort.column in params
    return sort if found else Sort()


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
        number = int(row.id[1:])
        column, reverse = self.sort.column, self.sort.reverse
        if column == "id":
            return -number if reverse else number, number
        return (self._group(row), *_key(self._value(row), self._descends(_ticks(row)))), number

    def sorted(self, rows: Mapping[str, TrialView], kept: Kept) -> list[str]:
        """Give the names of rows, which come by number, as they are to be shown.

        The same order as that of their entries, found without making any.
        """
        if self.sort.column == "id":
            return [*rows][:: -1 if self.sort.reverse else 1]
        groups, values = self.keep(rows, kept)
        out: list[str] = []
        for group in sorted(set(groups)):
            here = [*map(eq, groups, repeat(group))]
            names, among = [*compress(rows, here)], [*compress(values, here)]
            out += _by_value(names, among, self._descends(group == 0))
        return out if groups else _by_value([*rows], values, self._descends(False))

    def keep(self, rows: Mapping[str, TrialView], kept: Kept) -> tuple[Column, Column]:
        """Have at hand what sorting these rows takes: the groups of rows, if any, and values."""
        column = self.sort.column
        if column == "id":
            return [], []
        grouped = _GROUPS.get(column)
        groups = kept.column(rows, (column, "groups"), grouped) if grouped is not None else []
        return groups, kept.column(rows, (column, self.maximize), self._getter())

    def _group(self, row: TrialView) -> int:
        """What comes before all else: how alive a trial is, for the columns that heed it."""
        grouped = _GROUPS.get(self.sort.column)
        return grouped(row) if grouped is not None else 0

    def _getter(self) -> Callable[[TrialView], Any]:
        column = self.sort.column
        if column == "elapsed":
            return _time
        if column == "best per hour":
            return rate_maximized if self.maximize else rate_minimized
        if column in _ATTRIBUTES:
            return _ATTRIBUTES[column]
        return lambda row: row.params.get(column)

    def _value(self, row: TrialView) -> Any:
        return self._getter()(row)

    def _descends(self, ticks: bool) -> bool:
        """Whether large values come first, among rows whose times run on or others."""
        column, reverse = self.sort.column, self.sort.reverse
        if column in ("state", "best", "mean", "last"):
            return self.maximize != reverse
        if column in _LARGE_FIRST or (column in _TIMES and not ticks):
            return not reverse
        return reverse


_ATTRIBUTES: dict[str, Callable[[TrialView], Any]] = {
    "state": attrgetter("best"),
    "best": attrgetter("best"),
    "mean": attrgetter("mean"),
    "last": attrgetter("value"),
    "epoch": attrgetter("step"),
    "device %": attrgetter("util"),
    "memory": attrgetter("memory"),
    "peak memory": attrgetter("peak_memory"),
    "cpu %": attrgetter("cpu_util"),
    "device": lambda row: device_of(row) or None,
    "GPU hours": gpu_order,
}

_LARGE_FIRST = ("epoch", "device %", "memory", "peak memory", "cpu %", "best per hour")


def _ticks(row: TrialView) -> bool:
    """Whether its time runs on."""
    return row.state == "running" or row.held


def _rank(row: TrialView) -> int:
    return RANKS.get(row.state, _UNRANKED)


def _stood_still(row: TrialView) -> int:
    return 0 if _ticks(row) else 1


_GROUPS: dict[str, Callable[[TrialView], int]] = {
    "state": _rank,
    **dict.fromkeys(_TIMES, _stood_still),
}


def _time(row: TrialView) -> float | None:
    """What rows are ordered by under 'elapsed': when it began, or how long it took."""
    if row.state == "running" or row.held:
        return row.attempt_started_at or 0.0
    return row.elapsed_s or None


def build(rows: Mapping[str, TrialView], ordering: Ordering, kept: Kept | None = None) -> Order:
    """Sort all rows that are shown; they come by number. `kept` spares a look at each."""
    if ordering.filter is not None:
        accepts, kept = ordering.filter.accepts, None
        rows = {row.id: row for row in filter(accepts, rows.values())}
    return tuple(ordering.sorted(rows, kept or Kept()))


def position(
    order: Order, row: TrialView, entry: Callable[[str], Entry], ordering: Ordering
) -> int:
    """Find where a row stands; `entry` says where each trial of the order does."""
    return bisect_left(order, ordering.entry(row), key=entry)


def moved(
    order: Order,
    before: Callable[[str], TrialView],
    gone: Iterable[TrialView],
    come: Iterable[TrialView],
    ordering: Ordering,
) -> Order:
    """Take rows out of an order, and put others in; each costs a search, not a sort.

    `before` gives the row by which a trial was given its place.
    """
    names = list(order)
    after: dict[str, TrialView] = {}

    def entry(name: str) -> Entry:
        return ordering.entry(after[name] if name in after else before(name))

    for row in gone:
        del names[bisect_left(names, ordering.entry(row), key=entry)]
    for row in come:
        after[row.id] = row
        names.insert(bisect_left(names, ordering.entry(row), key=entry), row.id)
    return tuple(names)


def by_number(rows: Mapping[str, TrialView]) -> Mapping[str, TrialView]:
    """Give the same rows, by the trials' numbers."""
    names = [(len(name), name) for name in rows]
    if all(map(_at_most, names, names[1:])):
        return rows
    return {name: rows[name] for _, name in sorted(names)}


def _at_most(one: tuple[int, str], other: tuple[int, str]) -> bool:
    return one <= other


_NUMBERS = {int, float}
_NOTHING = {type(None)}


def _by_value(names: list[str], values: Column, descending: bool) -> list[str]:
    """Sort names by the values beside them; equal ones stay as they are, the missing go last."""
    values = [*values]
    kinds, absent = set(map(type, values)), list[str]()
    if kinds & _NOTHING or any(map(ne, values, values)):
        gaps = [value is None or value != value for value in values]
        there = [*map(not_, gaps)]
        absent = [*compress(names, gaps)]
        names, values = [*compress(names, there)], [*compress(values, there)]
    if (kinds := kinds - _NOTHING) <= _NUMBERS or kinds == {str}:
        names.sort(key=_beside(values), reverse=descending)
    else:
        names.sort(key=_beside([_key(value, descending) for value in values]))
    return names + absent


def _beside(values: Column) -> Callable[[str], Any]:
    """Give the key of each name in its turn, without a look at the name: it lies far away."""
    return partial(next, iter(values))


def _key(value: Any, descending: bool) -> tuple[Any, ...]:
    """Numbers before text, and what is missing or no number last, whichever way they go."""
    if value is None or value != value:
        return 3, 0
    if type(value) in _NUMBERS:
        return 0, -value if descending else value
    text = str(value)
    return 2, _Backwards(text) if descending else text


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

"""Which rows are shown, and in what order: kept sorted as rows change, never sorted anew.

An order is the trials' names. Where a row stands follows from the row alone, and is found by a
search; sorting all of ten thousand rows takes no longer than a person notices.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import compress
from operator import attrgetter, ne
from typing import Any

from msgspec import Struct

from engine.core.views import TrialView

from .costs import gpu_order, rate_maximized, rate_minimized
from .device_words import device_of

Order = tuple[str, ...]
"""Names of trials, as they are to be shown."""

Entry = tuple[Any, int]
"""Where a row stands: its key, and the trial's number, which settles ties."""

RANKS = {"running": 0, "paused": 1, "complete": 1, "pruned": 1, "failed": 1, "waiting": 2}
_UNRANKED = 3
_STATE = attrgetter("state")

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
        return (self._group(row), *_key(self._value(row), self._descends(row))), number

    def sorted(self, rows: Sequence[TrialView]) -> list[Sequence[int]]:
        """Give the places of rows, which come by number, as they are to be shown, in groups.

        The same order as that of their entries, found group by group without making any.
        """
        column, reverse = self.sort.column, self.sort.reverse
        if column == "id":
            return [range(len(rows))[:: -1 if reverse else 1]]
        values = self._values(rows)
        return [
            _by_value(places, values, self._descends(rows[places[0]]))
            for places in self._groups(rows)
            if places
        ]

    def _groups(self, rows: Sequence[TrialView]) -> Iterable[Sequence[int]]:
        if self.sort.column not in ("state", *_TIMES):
            return [range(len(rows))]
        if self.sort.column == "state":
            ranks = [RANKS.get(state, _UNRANKED) for state in map(_STATE, rows)]
        else:
            ranks = [row.state != "running" and not row.held for row in rows]
        found = sorted(set(ranks))
        return [[place for place, rank in enumerate(ranks) if rank == one] for one in found]

    def _values(self, rows: Sequence[TrialView]) -> list[Any]:
        column = self.sort.column
        if column in FIXED_COLUMNS or column in _ATTRIBUTES:
            return list(map(self._getter(), rows))
        return [row.params.get(column) for row in rows]

    def _group(self, row: TrialView) -> int:
        """What comes before all else: how alive a trial is, for the columns that heed it."""
        if self.sort.column == "state":
            return RANKS.get(row.state, _UNRANKED)
        if self.sort.column in _TIMES:
            return 0 if _ticks(row) else 1
        return 0

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

    def _descends(self, row: TrialView) -> bool:
        """Whether large values come first among rows like this one."""
        column, reverse = self.sort.column, self.sort.reverse
        if column in ("state", "best", "mean", "last"):
            return self.maximize != reverse
        if column in _LARGE_FIRST or (column in _TIMES and not _ticks(row)):
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


def _time(row: TrialView) -> float | None:
    """What rows are ordered by under 'elapsed': when it began, or how long it took."""
    if row.state == "running" or row.held:
        return row.attempt_started_at or 0.0
    return row.elapsed_s or None


def build(rows: Mapping[str, TrialView], ordering: Ordering) -> Order:
    """Sort all rows that are shown; they come by number."""
    if ordering.filter is None:
        shown, names = [*rows.values()], [*rows]
    else:
        shown = [*filter(ordering.filter.accepts, rows.values())]
        names = [row.id for row in shown]
    return tuple([names[place] for places in ordering.sorted(shown) for place in places])


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


def _by_value(places: Sequence[int], values: list[Any], descending: bool) -> list[int]:
    """Sort places by the values there; equal ones stay as they are, what is missing goes last."""
    every = len(places) == len(values)
    column = values if every else [values[place] for place in places]
    kinds = set(map(type, column))
    present, absent = [*places], list[int]()
    if kinds & _NOTHING or any(map(ne, column, column)):
        gaps = [value is None or value != value for value in column]
        present = [place for place, gap in zip(places, gaps, strict=True) if not gap]
        absent = [*compress(places, gaps)]
    if (kinds := kinds - _NOTHING) <= _NUMBERS or kinds == {str}:
        present.sort(key=values.__getitem__, reverse=descending)
    else:
        present.sort(key=lambda place: _key(values[place], descending))
    return present + absent if absent else present


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

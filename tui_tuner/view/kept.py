"""Values of columns, kept as rows change: to sort ten thousand rows costs no look at the rows.

A row lies where it came to lie, and to look at each is a wait for the memory each time; the numbers
of a column lie side by side.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Hashable, Mapping
from itertools import islice
from math import nan
from typing import Any, TypeAlias

from engine.core.views import TrialView

Value = Callable[[TrialView], Any]
Rows = Mapping[str, TrialView]
Column: TypeAlias = "list[Any] | array[float] | bytearray"

_NUMBERS = {int, float}
_EXACT = 2**53
"""Whole numbers up to there are kept exactly among others."""
_SMALL = range(256)
"""Whole numbers that need no more than a byte."""


class Kept:
    """The columns that were asked for, of the rows that it was asked about last.

    It is never wrong about other rows: it begins anew with those.
    """

    def __init__(self) -> None:
        self._rows: Rows = {}
        self._values: dict[Hashable, Value] = {}
        self._columns: dict[Hashable, Column] = {}
        self._places: dict[str, int] = {}
        self._stale: dict[str, None] = {}

    def follow(self, before: Rows, rows: Rows, changed: Collection[str]) -> None:
        """Take note of rows that have changed, or come behind all others."""
        if before is not self._rows:
            return
        last = [*islice(rows, len(before), None)] if len(rows) > len(before) else []
        if before.keys().isdisjoint(last):
            self._rows = rows
            self._stale |= dict.fromkeys(name for name in changed if name in before)
            self._stale |= dict.fromkeys(last)

    def column(self, rows: Rows, name: Hashable, value: Value) -> Column:
        """Give the value of each row, in their order; of numbers alone, NaN is what is missing.

        `name` says which column it is, and which `value`.
        """
        if rows is not self._rows:
            self._begin(rows)
        self._mend()
        if name not in self._columns:
            self._values[name] = value
            self._columns[name] = _compact([*map(value, rows.values())])
        return self._columns[name]

    def _begin(self, rows: Rows) -> None:
        self._rows = rows
        for known in (self._values, self._columns, self._places, self._stale):
            known.clear()

    def _mend(self) -> None:
        if not self._stale:
            return
        for name in self._rows if not self._places else self._stale:
            self._places.setdefault(name, len(self._places))
        stale = [(self._places[name], self._rows[name]) for name in self._stale]
        self._stale.clear()
        for key, column in [*self._columns.items()]:
            value = self._values[key]
            if not all(_put(column, place, value(row)) for place, row in stale):
                del self._columns[key]


def _put(column: Column, place: int, value: Any) -> bool:
    """Change a value, or add one; False where it does not fit among the others."""
    if isinstance(column, bytearray) and not (type(value) is int and value in _SMALL):
        return False
    if isinstance(column, array):
        if value is not None and not _is_number(value):
            return False
        value = nan if value is None else value
    if place == len(column):
        column.append(value)
    else:
        column[place] = value
    return True


def _compact(values: list[Any]) -> Column:
    kinds = set(map(type, values))
    if not kinds - {type(None)} <= _NUMBERS:
        return values
    if kinds == {int} and min(values) in _SMALL and max(values) in _SMALL:
        return bytearray(values)
    if int in kinds and not all(value is None or _is_number(value) for value in values):
        return values
    if type(None) in kinds:
        values = [nan if value is None else value for value in values]
    return array("d", values)


def _is_number(value: Any) -> bool:
    return type(value) is float or (type(value) is int and abs(value) <= _EXACT)

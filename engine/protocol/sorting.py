"""The order of trials by a column."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any

from engine.core.views import TrialView

from .fields import Field, field_of

Key = tuple[int, int, Any]


def sort_key(column: str, objective: str = "") -> Callable[[TrialView], Key]:
    """Give the key that sorts rows by a column; a leading '-' puts the largest first.

    Numbers go before text; None and NaN go last either way.
    """
    name = column.removeprefix("-")
    field = field_of(name, objective)
    return _falling(field) if column.startswith("-") else _rising(field)


def _rising(field: Field) -> Callable[[TrialView], Key]:
    def key(row: TrialView) -> Key:
        value = field(row)
        if _is_missing(value):
            return 1, 0, 0
        return (0, 0, value) if _is_number(value) else (0, 1, str(value))

    return key


def _falling(field: Field) -> Callable[[TrialView], Key]:
    def key(row: TrialView) -> Key:
        value = field(row)
        if _is_missing(value):
            return 1, 0, 0
        return (0, 1, -value) if _is_number(value) else (0, 0, _Backwards(str(value)))

    return key


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


class _Backwards(str):
    """Text that sorts the other way round."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)

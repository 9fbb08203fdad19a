"""The recorded configuration that is nearest to one that was proposed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.core.model import Params, Value
from engine.errors import UsageError
from engine.space.inside import inside
from engine.space.parameters import CategoricalParameter, Parameter
from engine.space.space import Space
from engine.space.values import same_value
from engine.text import clean

from .table import Curve, CurveTable

_ABSENT = -1.0
"""The place of a parameter that does not apply."""


class Nearest:
    """Finds, for a configuration of a space, the nearest of a table's curves.

    Distance is Euclidean over the parameters' own scales: along a number's axis of the unit cube,
    so that a log-uniform parameter counts in orders of magnitude; 0 or 1 for categories, and where
    only one of two applies. Of equally near ones the first counts. Rows outside the space answer
    nothing. Raises UsageError, in one sentence, where table and space do not fit each other.
    """

    def __init__(self, table: CurveTable, space: Space) -> None:
        from numpy import array

        _check_columns(table, space)
        _check_numbers(table, space)
        is_inside = inside(space)
        self._curves = [curve for curve in table.curves if is_inside(curve.params)]
        if not self._curves:
            raise UsageError("no recorded configuration lies in the config's ranges")
        _check_choices(self._curves, space)
        self._axes = space.searched
        self._places = array([self._place(curve.params) for curve in self._curves])
        self._is_choice = array([isinstance(p, CategoricalParameter) for p in self._axes])

    def find(self, params: Params) -> Curve:
        """Give the nearest curve."""
        from numpy import abs as absolute
        from numpy import array, where

        asked = array(self._place(params))
        apart: Any = absolute(self._places - asked)
        whole = self._is_choice | (self._places == _ABSENT) | (asked == _ABSENT)
        apart = where(whole, apart != 0.0, apart)
        return self._curves[int((apart * apart).sum(axis=1).argmin())]

    def _place(self, params: Params) -> list[float]:
        return [p.encode(params[p.name]) if p.name in params else _ABSENT for p in self._axes]


def _check_columns(table: CurveTable, space: Space) -> None:
    for p in space.searched:
        if p.name not in table.parameters:
            raise UsageError(f"the table has no column {clean(p.name)}, which the config searches")
    named = {p.name for p in space.parameters}
    for name in table.parameters:
        values = [curve.params.get(name) for curve in table.curves]
        if name not in named and not all(same_value(value, values[0]) for value in values):
            raise UsageError(
                f"the table's {clean(name)} varies and the config does not name it; "
                f"fix it under parameters, such as {clean(name)}: {{value: {values[0]!r}}}"
            )


def _check_numbers(table: CurveTable, space: Space) -> None:
    for p in space.searched:
        if isinstance(p, CategoricalParameter):
            continue
        for curve in table.curves:
            value = curve.params.get(p.name, 0)
            if isinstance(value, bool) or not isinstance(value, int | float):
                reason = f"{value!r} is no number, and the config searches a range"
                raise UsageError(f"the table's {clean(p.name)}: {clean(reason)}")


def _check_choices(curves: Sequence[Curve], space: Space) -> None:
    """Refuse a choice that was never recorded: nothing is near a category but itself."""
    for p in space.searched:
        recorded = [curve.params[p.name] for curve in curves if p.name in curve.params]
        for value in _choices(p):
            if not any(same_value(value, other) for other in recorded):
                raise UsageError(f"no recorded configuration has {clean(p.name)} {value!r}")


def _choices(parameter: Parameter) -> Sequence[Value]:
    return parameter.values if isinstance(parameter, CategoricalParameter) else ()

"""Which part of each axis edits added to a space."""

from __future__ import annotations

from collections.abc import Iterable

from .bounds import is_log
from .parameters import (
    CategoricalParameter,
    IntParameter,
    QuantisedParameter,
    SearchedParameter,
)
from .space import Space
from .values import same_value

Interval = tuple[float, float]
"""A stretch of the unit interval, low < high."""

_SLIGHT = 1e-6
"""Of an axis: less than that is rounding."""


def added_to(now: Space, steps: Iterable[tuple[Space, Space]]) -> dict[int, tuple[Interval, ...]]:
    """Give, by number of axis of `now`, what its last widening added, as far as it is searched now.

    `steps` are the edits, the newest first, each as the space before it and after it. Axes that
    were never widened are left out, and those that share nothing with what they were before.
    """
    axes = {p.name: number for number, p in enumerate(now.searched)}
    found: dict[int, tuple[Interval, ...]] = {}
    for before, after in steps:
        old = {p.name: p for p in before.searched}
        for p in after.searched:
            number, earlier = axes.get(p.name), old.get(p.name)
            if number is None or number in found or earlier is None or earlier == p:
                continue
            if _added(earlier, p):
                found[number] = _added(earlier, now.searched[number])
    return {number: added for number, added in found.items() if _is_a_part(added)}


def _is_a_part(added: tuple[Interval, ...]) -> bool:
    return _SLIGHT < sum(high - low for low, high in added) < 1.0 - _SLIGHT


def _added(old: SearchedParameter, new: SearchedParameter) -> tuple[Interval, ...]:
    if isinstance(new, CategoricalParameter):
        return _added_values(old, new) if isinstance(old, CategoricalParameter) else ()
    if isinstance(old, CategoricalParameter):
        return ()
    low, high = _reach(old)
    stretches = ((0.0, _place(new, low)), (_place(new, high), 1.0))
    return tuple(s for s in stretches if s[1] - s[0] > _SLIGHT)


def _added_values(old: CategoricalParameter, new: CategoricalParameter) -> tuple[Interval, ...]:
    edges = new.edges
    return tuple(
        (edges[i], edges[i + 1])
        for i, value in enumerate(new.values)
        if edges[i + 1] > edges[i] and not any(same_value(value, v) for v in old.values)
    )


def _reach(p: SearchedParameter) -> tuple[float, float]:
    """The ends of a range with the halves of the cells that its outermost values take beyond."""
    if isinstance(p, IntParameter):
        return p.low - 0.5, p.high + 0.5
    if isinstance(p, QuantisedParameter):
        return p.at(0) - p.q / 2.0, p.at(p.count - 1) + p.q / 2.0
    assert not isinstance(p, CategoricalParameter)
    return p.distribution.low, p.distribution.high


def _place(p: SearchedParameter, number: float) -> float:
    """Where on the axis of a numeric parameter a number lies."""
    if isinstance(p, IntParameter):
        return p.place(number)
    assert not isinstance(p, CategoricalParameter)
    return p.distribution.cdf(number) if number > 0 or not is_log(p) else 0.0

"""How much each parameter alone decides how trials rank, and which way.

Epsilon squared of Kruskal and Wallis: the share of the variance of ranks that lies between groups
of alike values, less what chance gives that many groups (Kruskal and Wallis 1952; Tomczak and
Tomczak 2014). Ranks make it the same on any scale of the metric and the parameter, and groups let
a best value in the middle count as much as one at an end. What only matters together with another
parameter is not seen.

A trial that was stopped ranks behind those that came further, since its early value says little
of its end; one that diverged, ran out of memory or was marked infeasible ranks last.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct

from engine.core.model import Value, trial_number
from engine.core.views import TrialView

from .range_points import is_infeasible
from .ranges import value_key

FEWEST = 10
"""Trials below which nothing is said."""

NEWEST = 2000
"""Trials that are compared, at most: the newest."""

_A_GROUP = 5
"""The least trials a group of numbers holds, where values do not repeat."""
_MOST_GROUPS = 8
_SURELY_Z = 2.326
"""One in a hundred parameters that do not matter comes out beyond it."""
_ENDED = ("complete", "pruned")


class Influence(Struct, frozen=True, kw_only=True):
    """What a parameter alone explains of the ranks of `trials`, 0 to 1.

    `share` None: too few trials, or no two values. `told`: chance hardly gives so much. `trend`
    is more, less, middle or ends, by where trials do best; '' where none is, or for choices.
    """

    trials: int = 0
    share: float | None = None
    told: bool = False
    trend: str = ""


def ranks(rows: Iterable[TrialView], maximize: bool) -> Mapping[str, float]:
    """Rank the trials that say something of their configuration: 1 is the best, ties share."""
    newest = sorted(rows, key=lambda row: trial_number(row.id), reverse=True)
    telling = islice(((row.id, key) for row in newest if (key := _key(row, maximize))), NEWEST)
    keys = dict(telling)
    ordered = sorted(keys.values())
    return {
        name: (bisect_left(ordered, key) + bisect_right(ordered, key) + 1) / 2
        for name, key in keys.items()
    }


def _key(row: TrialView, maximize: bool) -> tuple[bool, int, float] | None:
    """What trials are ordered by; None where a trial tells nothing."""
    if row.repeat_of is not None:
        return None
    if is_infeasible(row) and row.state in (*_ENDED, "failed"):
        return True, 0, 0.0
    if row.state not in _ENDED or row.best is None or not math.isfinite(row.best):
        return None
    through = row.state == "complete" or row.converged
    reached = max(row.step or 0, row.budget or 0) if through else row.step or 0
    return False, -reached, -row.best if maximize else row.best


def influence(
    rows: Mapping[str, TrialView], ranked: Mapping[str, float], name: str, *, numeric: bool
) -> Influence:
    """Give the influence of a parameter, over the ranked trials that have a value of it."""
    pairs = [
        (rows[trial].params[name], rank)
        for trial, rank in ranked.items()
        if name in rows[trial].params
    ]
    if len(pairs) < FEWEST:
        return Influence(trials=len(pairs))
    groups = _by_size(pairs) if numeric else _by_choice(pairs)
    share, z = _explained(groups)
    told = share is not None and share > 0 and z > _SURELY_Z
    trend = _trend(groups) if told and numeric else ""
    return Influence(trials=len(pairs), share=share, told=told, trend=trend)


def _by_choice(pairs: Sequence[tuple[Value, float]]) -> list[list[float]]:
    groups: dict[str, list[float]] = {}
    for value, rank in pairs:
        groups.setdefault(value_key(value), []).append(rank)
    return list(groups.values())


def _by_size(pairs: Sequence[tuple[Any, float]]) -> list[list[float]]:
    """Ascending groups of about as many trials; equal values stay together."""
    known = sorted(((v, rank) for v, rank in pairs if is_number(v)), key=lambda pair: pair[0])
    size = max(_A_GROUP, math.ceil(len(known) / _MOST_GROUPS))
    groups: list[list[float]] = []
    last: float | None = None
    for value, rank in known:
        if not groups or (len(groups[-1]) >= size and value != last):
            groups.append([])
        groups[-1].append(rank)
        last = value
    if len(groups) > 1 and len(groups[-1]) < _A_GROUP:
        rest = groups.pop()
        groups[-1] += rest
    return groups


def is_number(value: object) -> bool:
    """Whether a value has a place on an axis."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _explained(groups: Sequence[Sequence[float]]) -> tuple[float | None, float]:
    """Give epsilon squared, and how many standard deviations H is above what chance gives."""
    every = [rank for group in groups for rank in group]
    n, k = len(every), len(groups)
    mean = sum(every) / n if n else 0.0
    total = sum((rank - mean) ** 2 for rank in every)
    if k < 2 or n <= k or total == 0:
        return None, 0.0
    between = sum(len(group) * (sum(group) / len(group) - mean) ** 2 for group in groups)
    explained = between / total
    share = max(0.0, 1 - (1 - explained) * (n - 1) / (n - k))
    return share, _as_normal(explained * (n - 1), k - 1)


def _as_normal(chi_squared: float, freedom: int) -> float:
    """Bring a chi-squared to a standard normal's scale (Wilson and Hilferty 1931)."""
    spread = 2 / (9 * freedom)
    return (math.cbrt(chi_squared / freedom) - (1 - spread)) / math.sqrt(spread)


def _trend(groups: Sequence[Sequence[float]]) -> str:
    means = [sum(group) / len(group) for group in groups]
    third = max(1, len(means) // 3)
    low, high = min(means[:third]), min(means[-third:])
    inner = means[third:-third]
    if inner and min(inner) < min(low, high):
        return "middle"
    if inner and max(inner) > max(means[0], means[-1]) and _close(low, high, means):
        return "ends"
    return "more" if high < low else "less"


def _close(low: float, high: float, means: Sequence[float]) -> bool:
    return abs(low - high) < (max(means) - min(means)) / 4

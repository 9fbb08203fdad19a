"""How well the ranking of trials at a step agrees with their ranking at the end.

Spearman's rank correlation over the trials that got to the end, and bounds on it: Fisher's z with
the standard error of Bonett and Wright, "Sample size requirements for estimating Pearson, Kendall
and Spearman correlations" (Psychometrika 65, 2000).

Those trials are survivors. A rule that stops at a step leaves only what was good there, and among
them the ranking tells less than among all: so the correlation and its bounds are corrected for
that restriction of range (Thorndike, "Personnel Selection", 1949, case 2), by how much closer
together the survivors stand at the step than all trials that came to it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import atanh, sqrt, tanh
from statistics import NormalDist, StatisticsError, correlation, pstdev

from msgspec import Struct

CERTAINTY = 0.9
"""Of each bound alone."""

MOST_WIDENED = 3.0
"""Where the survivors stand closer together than by this factor, they tell too little of the rest
to be corrected further."""

_NORMAL = NormalDist()
_Z = _NORMAL.inv_cdf(CERTAINTY)


class Agreement(Struct, frozen=True, kw_only=True):
    """A rank correlation over `trials`, and the bounds between which it lies."""

    trials: int
    estimate: float = 0.0
    low: float = -1.0
    high: float = 1.0


def agreement(
    early: Sequence[float], final: Sequence[float], everyone: Sequence[float]
) -> Agreement:
    """How the losses `early` at a step agree with the `final` ones of the same trials.

    `everyone` holds the losses at the step of all trials that came to it. Fewer than 4 trials, or
    losses all alike, say nothing.
    """
    n = len(early)
    if n < 4:
        return Agreement(trials=n)
    try:
        raw = correlation(_ranks(early), _ranks(final))
    except StatisticsError:
        return Agreement(trials=n)
    most = 1 - 6 / (n * (n * n - 1))
    z = atanh(max(-most, min(most, raw)))
    error = _Z * sqrt((1 + raw * raw / 2) / (n - 3))
    widened = _widening(early, everyone)
    return Agreement(
        trials=n,
        estimate=_corrected(raw, widened),
        low=_corrected(tanh(z - error), widened),
        high=_corrected(tanh(z + error), widened),
    )


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 0; equals share the middle of theirs."""
    order = sorted(values)
    return [(bisect_left(order, v) + bisect_right(order, v) - 1) / 2 for v in values]


def _widening(early: Sequence[float], everyone: Sequence[float]) -> float:
    """How much wider all trials spread at a step than some of them do, in normal scores."""
    order = sorted(everyone)
    of_some, of_all = pstdev(_scores(early, order)), pstdev(_scores(order, order))
    if of_some <= 0:
        return MOST_WIDENED if of_all > 0 else 1.0
    return max(1.0, min(MOST_WIDENED, of_all / of_some))


def _scores(values: Sequence[float], order: Sequence[float]) -> list[float]:
    """The normal scores of values by their places in an order (van der Waerden's)."""
    n = len(order)
    places = ((bisect_left(order, v) + bisect_right(order, v) + 1) / 2 for v in values)
    return [_NORMAL.inv_cdf(min(max(place, 1.0), n) / (n + 1)) for place in places]


def _corrected(r: float, widened: float) -> float:
    return r * widened / sqrt(1 - r * r + r * r * widened * widened)

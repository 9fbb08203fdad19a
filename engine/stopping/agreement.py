"""How well the ranking of trials at a step agrees with a later ranking.

Kendall's tau-b over the pairs of trials, given as the correlation of two normal variables that
have it (Greiner's relation). Its bounds: Fisher's z with the standard error of Fieller, Hartley and
Pearson, "Tests for rank correlation coefficients I" (Biometrika 44, 1957).

The trials at hand may be survivors. A rule that stops at a step leaves only what was good there,
and among them the ranking tells less than among all: so the correlation and its bounds can be
corrected for that restriction of range (Thorndike, "Personnel Selection", 1949, case 2), by how
much wider apart all trials stood at the step than the survivors did.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import combinations
from math import atanh, pi, sin, sqrt, tanh
from operator import mul
from statistics import NormalDist, pstdev

from msgspec import Struct

CERTAINTY = 0.95
"""Of each bound alone."""

MOST_WIDENED = 3.0
"""All trials stand wider apart than survivors by this factor at most: as a normal distribution does
than its best fourteenth."""

_NORMAL = NormalDist()
_Z = _NORMAL.inv_cdf(CERTAINTY)


class Agreement(Struct, frozen=True, kw_only=True):
    """A rank correlation over `trials`, and the bounds between which it lies."""

    trials: int
    estimate: float = 0.0
    low: float = -1.0
    high: float = 1.0

    def among_all(self, widened: float) -> Agreement:
        """The same, corrected for all trials standing `widened` times as wide apart."""
        return Agreement(
            trials=self.trials,
            estimate=_corrected(self.estimate, widened),
            low=_corrected(self.low, widened),
            high=_corrected(self.high, widened),
        )


def agreement(early: Sequence[float], later: Sequence[int]) -> Agreement:
    """How the losses of trials at a step agree with how they compare later.

    `later` says of each pair, in the order of `itertools.combinations`, whether the first is the
    worse one (1), the better one (-1) or neither (0). Fewer than 5 trials, or all alike, say
    nothing.
    """
    n = len(early)
    signs = [(a > b) - (a < b) for a, b in combinations(early, 2)]
    told = sqrt(sum(map(abs, signs)) * sum(map(abs, later)))
    if n < 5 or told == 0:
        return Agreement(trials=n)
    tau = sum(map(mul, signs, later)) / told
    most = 1 - 2 / (n * (n - 1))
    z, error = atanh(max(-most, min(most, tau))), _Z * sqrt(0.437 / (n - 4))
    return Agreement(
        trials=n,
        estimate=_correlation(tau),
        low=_correlation(tanh(z - error)),
        high=_correlation(tanh(z + error)),
    )


def _correlation(tau: float) -> float:
    return sin(pi / 2 * tau)


def widening(early: Sequence[float], everyone: Sequence[float]) -> float:
    """How much wider all trials spread at a step than some of them do, in normal scores."""
    if not early or not everyone:
        return 1.0
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

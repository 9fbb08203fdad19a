"""The Wilcoxon signed-rank test, one-sided, without SciPy: importing that takes half a second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import erfc, sqrt

MOST_EXACT = 50
MOST_EXACT_WITH_TIES = 13
"""Beyond so many differences the normal approximation serves, as in SciPy."""


def signed_rank_p(differences: Sequence[float]) -> float:
    """The p-value of the hypothesis that the differences are distributed about something above 0.

    Wilcoxon, "Individual Comparisons by Ranking Methods" (1945). Zeros are split between the two
    signs. The same figures as `scipy.stats.wilcoxon(d, alternative="greater",
    zero_method="zsplit")`. `differences` are finite.
    """
    count = len(differences)
    sizes = sorted(map(abs, differences))
    ranks = _doubled_ranks(sizes)
    above = sum(ranks[abs(d)] for d in differences if d > 0)
    zeros = sum(ranks[0.0] for d in differences if d == 0)
    tied = len(ranks) < count or zeros > 0
    if count <= (MOST_EXACT_WITH_TIES if tied else MOST_EXACT):
        signed = tuple(sorted(ranks[abs(d)] for d in differences if d != 0))
        return _exact_p(signed, above)
    return _approximate_p(sizes, above / 2 + zeros / 4)


def _doubled_ranks(ordered: Sequence[float]) -> dict[float, int]:
    """Twice the rank of each value, whole since equal values share the mean of theirs."""
    ranks: dict[float, int] = {}
    below = 0
    for value, times in Counter(ordered).items():
        ranks[value] = 2 * below + times + 1
        below += times
    return ranks


def _exact_p(ranks: tuple[int, ...], above: int) -> float:
    """How likely the signs, each as likely as the other, give a sum of at least `above`."""
    ways = _ways(ranks)
    return sum(ways[above:]) / float(1 << len(ranks))


@lru_cache(maxsize=64)
def _ways(ranks: tuple[int, ...]) -> tuple[int, ...]:
    """For each sum, how many subsets of the ranks have it."""
    ways = [1] + [0] * sum(ranks)
    reach = 0
    for rank in ranks:
        reach += rank
        for total in range(reach, rank - 1, -1):
            ways[total] += ways[total - rank]
    return tuple(ways)


def _approximate_p(sizes: Sequence[float], above: float) -> float:
    """The same by the normal distribution, its variance corrected for ties."""
    count = len(sizes)
    mean = count * (count + 1) / 4
    ties = sum(t**3 - t for t in Counter(sizes).values())
    variance = (count * (count + 1) * (2 * count + 1) - ties / 2) / 24
    return erfc((above - mean) / sqrt(2 * variance)) / 2

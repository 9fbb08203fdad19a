"""What a trial that was stopped early would have come to, told from those that went on.

Isotonic regression by pooling adjacent violators (Barlow, Bartholomew, Bremner and Brunk, 1972):
of all ways to map the early losses to the late ones without changing their order, the nearest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


class Forecast:
    """Maps losses at an early step to losses at a late one, learnt from (early, late) pairs.

    The mapping never falls as the early loss rises. Below the least early loss it is level, so
    that nothing is promised that was never seen; above the greatest it rises as the early loss
    does, so that the order of the stopped ones remains.
    """

    def __init__(self, pairs: Iterable[tuple[float, float]]) -> None:
        ordered = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))  # equal ones are pooled
        self._early = [early for early, _ in ordered]
        self._late = _isotonic([late for _, late in ordered])

    def __call__(self, loss: float) -> float:
        """Give the late loss to expect; the early one itself where there are no pairs."""
        early, late = self._early, self._late
        if not early:
            return loss
        if loss >= early[-1]:
            return late[-1] + (loss - early[-1])
        at = bisect_left(early, loss)
        if at == 0 or early[at] == loss:
            return late[at]
        share = (loss - early[at - 1]) / (early[at] - early[at - 1])
        return late[at - 1] + share * (late[at] - late[at - 1])


def _isotonic(values: Iterable[float]) -> list[float]:
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, count = value, 1
        while blocks and blocks[-1][0] >= mean:
            before, many = blocks.pop()
            mean = (before * many + mean * count) / (many + count)
            count += many
        blocks.append((mean, count))
    return [mean for mean, count in blocks for _ in range(count)]

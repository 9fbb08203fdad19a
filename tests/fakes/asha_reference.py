"""ASHA, stopping form, written from the paper over plain tuples, as slowly as it reads.

Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020): rung k lies at
r * eta**k epochs, below R. A configuration that gets to a rung goes on if and only if it is in the
top 1/eta of the configurations which have got there so far. That is nobody while fewer than eta
have: then all go on, or the best one alone, which the paper does not say.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

Entry = tuple[int, int, float]
"""(trial, epoch, loss), in the order of the reports."""


def stops(
    history: Iterable[Entry], r: int, eta: int, big_r: int, *, lenient: bool = True
) -> dict[int, int]:
    """The epoch at which each stopped trial was stopped. Reports after that are not heard."""
    heard: list[Entry] = []
    stopped: dict[int, int] = {}
    for trial, epoch, loss in history:
        if trial in stopped:
            continue
        earlier = max((e for t, e, _ in heard if t == trial), default=0)
        heard.append((trial, epoch, loss))
        rung = r
        while rung < big_r:
            if earlier < rung <= epoch and not _is_in_top(trial, rung, eta, heard, lenient):
                stopped.setdefault(trial, epoch)
            rung *= eta
    return stopped


def _is_in_top(trial: int, rung: int, eta: int, heard: list[Entry], lenient: bool) -> bool:
    at_rung = {t: _loss_at(t, rung, heard) for t in {t for t, e, _ in heard if e >= rung}}
    if len(at_rung) < eta:
        return lenient or at_rung[trial] <= min(at_rung.values())
    own = at_rung[trial]
    better = [other for other in at_rung.values() if other < own]
    return (len(better) + 1) * eta <= len(at_rung) or _ties_into_top(own, at_rung, eta)


def _ties_into_top(own: float, at_rung: dict[int, float], eta: int) -> bool:
    """Whether it is as good as the last of the best."""
    top = sorted(at_rung.values())[: len(at_rung) // eta]
    return own <= top[-1]


def _loss_at(trial: int, rung: int, heard: list[Entry]) -> float:
    _, loss = min((e, loss) for t, e, loss in heard if t == trial and e >= rung)
    return float("inf") if isnan(loss) else loss

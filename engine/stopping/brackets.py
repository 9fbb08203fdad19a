"""Hyperband's brackets: successive halvings side by side that begin at later and later rungs.

Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization" (JMLR 2018),
Algorithm 1: with s_max + 1 brackets, the one that begins s rungs above the lowest holds
n = ceil((s_max + 1) / (s_max - s + 1) * reduction**(s_max - s)) trials. Here trials come one by
one, so these sizes are shares.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import ceil, sqrt

from msgspec import Struct

from engine.core.model import Trial

GOLDEN = (sqrt(5) - 1) / 2


class Brackets(Struct, frozen=True):
    """How trials are shared out; `upto` are the brackets' cumulated shares, the last of them 1.

    A grouping of trials (`engine.core.peers.Grouping`): by class and bracket.
    """

    upto: tuple[float, ...]

    def __call__(self, trial: Trial) -> tuple[int, int] | None:
        """The group in which a trial compares; None for repeats."""
        return None if trial.repeat_of is not None else (trial.rank_class, self.of(trial.number))

    def of(self, number: int) -> int:
        """The bracket of a trial, counted from 0.

        Multiples of the golden ratio spread trials over the brackets evenly from the first on.
        """
        return min(bisect_right(self.upto, number * GOLDEN % 1.0), len(self.upto) - 1)


def make_brackets(sizes: Sequence[int]) -> Brackets:
    """Brackets that share trials out by their sizes."""
    total = sum(sizes)
    return Brackets(tuple(upto / total for upto in accumulate(sizes)))


def bracket_sizes(count: int, reduction: float) -> list[int]:
    """How many trials go into each bracket, the one with the lowest first rung first."""
    return [ceil(count / (s + 1) * reduction**s - 1e-9) for s in range(count - 1, -1, -1)]

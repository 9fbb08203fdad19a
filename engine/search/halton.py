"""Scrambled Halton sequence: random search without its clumps and gaps.

The tuning playbook of Google Research recommends it for exploring. Scrambling is by random
permutations of the digits (Owen and Faure, 2017), seeded with the sweep's seed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.space.space import Space

from .base import UnitMethod

_BLOCK = 64
"""Points made at once: a single one costs as much."""


class Halton(UnitMethod):
    """Proposal i is point i of the sequence, in whatever order it is asked for."""

    name = "halton"

    def __init__(self, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self._points = _Points(space.dimension, seed)

    def unit(self, index: int) -> tuple[float, ...]:
        """Give point number `index` of the sequence."""
        return self._points.point(index) if self.space.dimension else ()


class _Points:
    """The points of one sequence, by block; going forward costs the same for each."""

    def __init__(self, dimension: int, seed: int) -> None:
        self._dimension = dimension
        self._seed = seed
        self._engine: Any = None
        self._next_block = 0
        self._block = lru_cache(maxsize=4)(self._make_block)

    def point(self, index: int) -> tuple[float, ...]:
        """Give point `index` (from 0) of the sequence."""
        number, offset = divmod(index, _BLOCK)
        return self._block(number)[offset]

    def _make_block(self, number: int) -> tuple[tuple[float, ...], ...]:
        if self._engine is None or number < self._next_block:
            self._engine = _sequence(self._dimension, self._seed)
            self._next_block = 0
        skipped = number - self._next_block
        if skipped:
            self._engine.fast_forward(skipped * _BLOCK)
        self._next_block = number + 1
        return tuple(tuple(point) for point in self._engine.random(_BLOCK).tolist())


def _sequence(dimension: int, seed: int) -> Any:
    """Make scipy's engine, whose import takes more than half a second."""
    from numpy.random import default_rng
    from scipy.stats.qmc import Halton as Sequence

    return Sequence(dimension, scramble=True, seed=default_rng(seed % 2**64))

"""After a widening, the added part of a range is really searched.

Proposals are stratified along each widened axis: of every block, the added part gets its share of
the axis, and more until it has been tried as densely as the rest. So chance cannot leave it out,
and nothing else is distorted (stratified sampling: McKay, Beckman and Conover, 1979).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import ceil
from random import Random as Generator

from msgspec import Struct

from engine.core.model import Params
from engine.space.space import Space
from engine.space.widening import Interval, added_to

from .base import Proposal, SearchMethod, UnitMethod

_BLOCK = 20
"""Proposals over which the share of the added part is kept exactly, or a little above."""
_CATCHING_UP = 0.5
"""Share of the added part while it has been tried less densely than the rest."""
_LONGEST = 100_000
"""Proposals; where the added part is nearly half, catching up is hardly faster than its share."""


class Axis(Struct, frozen=True):
    """A widened axis: where in [0, 1] lies what was added, what share that is of the axis, and
    how many proposals of which `_CATCHING_UP` go there first."""

    number: int
    added: tuple[Interval, ...]
    kept: tuple[Interval, ...]
    share: float
    catch_up: int


class Widened(SearchMethod):
    """A method over the unit cube in a space that was widened.

    Proposal i is a function of space, what it was widened from, the trials before, seed and i.
    """

    name = "widened"

    def __init__(self, method: UnitMethod, axes: Sequence[Axis], first_index: int) -> None:
        super().__init__(method.space, method.seed)
        self._method = method
        self._axes = tuple(axes)
        self._first = first_index
        self._strata = lru_cache(maxsize=64)(self._make_strata)

    def propose(self, index: int) -> Proposal:
        """Make the method's proposal, moved into the part of each widened axis that is due."""
        unit = list(self._method.unit(index))
        block, place = divmod(max(0, index - self._first), _BLOCK)
        for axis in self._axes:
            due = axis.added if self._strata(axis, block)[place] else axis.kept
            unit[axis.number] = _placed(unit[axis.number], due)
        return Proposal(params=self.space.decode(unit), origin=f"{self._method.name} #{index}")

    def hurries(self, index: int, most: int) -> bool:
        """Whether a proposal, of the first `most`, goes to an added part that was tried less
        densely than the rest."""
        block, place = divmod(max(0, index - self._first), _BLOCK)
        return index - self._first < most and any(
            index - self._first < axis.catch_up and self._strata(axis, block)[place]
            for axis in self._axes
        )

    def _make_strata(self, axis: Axis, block: int) -> tuple[bool, ...]:
        """Say which proposals of a block go to the added part, in an order of their own."""
        due = _due(axis, (block + 1) * _BLOCK) - _due(axis, block * _BLOCK)
        strata = [place < due for place in range(_BLOCK)]
        Generator(f"{self.seed}/{axis.number}/{block}").shuffle(strata)
        return tuple(strata)


def widened(
    method: UnitMethod,
    steps: Iterable[tuple[Space, Space]],
    tried: Sequence[Params],
    first_index: int,
) -> UnitMethod | Widened:
    """Stratify a method whose space was widened; give it back where it was not.

    `steps` are the edits that led to its space, the newest first, each as the space before and
    after it. `tried` are the configurations of earlier versions that lie in the space,
    `first_index` the first proposal of this version.
    """
    axes = [
        _axis(number, added, [method.space.encode_axis(number, p) for p in tried])
        for number, added in added_to(method.space, steps).items()
    ]
    return Widened(method, axes, first_index) if axes else method


def _axis(number: int, added: tuple[Interval, ...], places: Sequence[float | None]) -> Axis:
    share = sum(high - low for low, high in added)
    there = [u for u in places if u is not None]
    inside = sum(any(low <= u <= high for low, high in added) for u in there)
    return Axis(number, added, _rest(added), share, _catch_up(share, inside, len(there) - inside))


def _catch_up(share: float, inside: int, outside: int) -> int:
    """After how many proposals, so many of them inside, the added part is as densely tried.

    Solves inside + k/2 = share / (1 - share) * (outside + k/2) for k.
    """
    missing = share * outside - (1.0 - share) * inside
    gain = _CATCHING_UP - share
    return min(_LONGEST, ceil(missing / gain)) if missing > 0 and gain > 1e-9 else 0


def _due(axis: Axis, proposals: int) -> int:
    """How many of the first so many proposals go to the added part."""
    hurried = min(proposals, axis.catch_up)
    share = max(axis.share, _CATCHING_UP)
    return ceil(hurried * share + (proposals - hurried) * axis.share - 1e-9)


def _rest(added: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """What of [0, 1] the intervals, ascending, leave."""
    rest, at = [], 0.0
    for low, high in added:
        if low > at:
            rest.append((at, low))
        at = high
    return (*rest, (at, 1.0)) if at < 1.0 else tuple(rest)


def _placed(u: float, intervals: tuple[Interval, ...]) -> float:
    """Map [0, 1] evenly onto the intervals."""
    left = u * sum(high - low for low, high in intervals)
    for low, high in intervals[:-1]:
        if left <= high - low:
            return _off_the_edges(low + left, low, high)
        left -= high - low
    low, high = intervals[-1]
    return _off_the_edges(low + left, low, high)


def _off_the_edges(place: float, low: float, high: float) -> float:
    """Keep away from the ends of a stretch, where the value may belong to the neighbour."""
    slight = 1e-9 * (high - low)
    return min(max(place, low + slight), high - slight)

"""No configuration twice until the space is exhausted."""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.model import Params
from engine.core.seeds import seed_for
from engine.space.space import Space

from .base import Exhausted, Proposal, SearchMethod

_PATIENCE = 64
"""Proposals in vain, beyond one for each configuration seen, before what is left is listed."""
_CONTINUOUS_PATIENCE = 10_000
"""The same where nothing can be listed: a rare branch of the space is continuous."""


class DistinctProposer:
    """Asks a method on until it proposes something new.

    What comes next is a function of the method, the configurations seen and the index asked for,
    so a restart that knows both goes on as if nothing had happened. Once a finite space is
    exhausted, methods that can repeat themselves do; a grid ends. `seen` holds `Space.key`s.
    """

    def __init__(self, method: SearchMethod, space: Space, seen: Iterable[str] = ()) -> None:
        self._method = method
        self._space = space
        self._seen = set(seen)
        self._exhausted = False

    def add(self, params: Params) -> None:
        """Count a configuration as seen that came from elsewhere: a person added or cloned it."""
        self._seen.add(self._space.key(params))

    def propose(self, index: int) -> tuple[Proposal | Exhausted, int]:
        """Propose from `index` on; gives the proposal and the index to go on from.

        Blocks as the method does.
        """
        first = index
        for number in range(first, first + self._patience()):
            proposal = self._method.propose(number)
            if isinstance(proposal, Exhausted) or self._is_new(proposal.params):
                return proposal, number + 1
        following = first + self._patience()
        left = self._unseen(following)
        if left is not None:
            return left, following
        self._exhausted = True
        return self._method.propose(first), first + 1

    def _patience(self) -> int:
        if self._space.cardinality() is None:
            return _CONTINUOUS_PATIENCE
        return len(self._seen) + _PATIENCE

    def _is_new(self, params: Params) -> bool:
        if self._exhausted:
            return True
        key = self._space.key(params)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _unseen(self, index: int) -> Proposal | None:
        """Find what is left from a place in the grid that depends on the index; None if nothing.

        Among any `len(seen) + 1` configurations one is new, so this ends soon.
        """
        size = self._space.cardinality()
        if size is None:
            return None
        start = seed_for(0, index) % size
        for place in range(start, start + min(size, len(self._seen) + 1)):
            params = self._space.grid(place % size)
            if params is not None and self._is_new(params):
                return Proposal(params=params, origin=f"{self._method.name}, of the few left")
        return None

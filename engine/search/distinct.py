"""No configuration twice until the space is exhausted."""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.model import Params, Source
from engine.core.seeds import seed_for
from engine.space.space import Space

from .base import Exhausted, Proposal, SearchMethod
from .halton import Halton

_PATIENCE = 64
"""Proposals in vain, beyond one for each configuration seen, before what is left is listed."""
_CONTINUOUS_PATIENCE = 10_000
"""The same where nothing can be listed: a rare branch of the space is continuous."""
_MODEL_PATIENCE = 3
"""Proposals in vain that a model is asked for: each takes it as long as a good one."""


class DistinctProposer:
    """Asks a method on until it proposes something new.

    What comes next is a function of the method, the configurations seen and the index asked for,
    so a restart that knows both goes on as if nothing had happened. Where a model insists on what
    is known, it is drawn from its stand-in instead, which does not learn. Once a finite space is
    exhausted, methods that can repeat themselves do; a grid ends. `seen` holds `Space.key`s.
    """

    def __init__(self, method: SearchMethod, space: Space, seen: Iterable[str] = ()) -> None:
        self._method = method
        self._space = space
        self._seen = set(seen)
        self._exhausted = False
        self._stand_in = Halton(space, method.seed)

    def add(self, params: Params) -> None:
        """Count a configuration as seen that came from elsewhere: a person added or cloned it."""
        self._seen.add(self._space.key(params))

    def propose(self, index: int) -> tuple[Proposal | Exhausted, int]:
        """Propose from `index` on; gives the proposal and the index to go on from.

        Blocks as the method does.
        """
        first, following = index, index + self._patience()
        for number in range(first, following):
            proposal = self._asked(number, number - first)
            if isinstance(proposal, Exhausted) or self._is_new(proposal.params):
                return proposal, number + 1
        left = self._unseen(following)
        if left is not None:
            return left, following
        self._exhausted = True
        return self._method.propose(first), first + 1

    def _asked(self, index: int, in_vain: int) -> Proposal | Exhausted:
        if in_vain < _MODEL_PATIENCE or not self._method.learns:
            return self._method.propose(index)
        drawn = self._stand_in.propose(index)
        return Proposal(
            params=drawn.params,
            origin=f"{drawn.origin}, since {self._method.name} repeats itself",
            source=Source(method=self._stand_in.name, fallback=True),
        )

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

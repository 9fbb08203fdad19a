"""Proposals of a simulation that heed the index alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.core.edits import SpaceVersion
from engine.core.observing import Observation
from engine.search.base import Exhausted, Proposal

Propositions = Callable[[int], tuple[Proposal | Exhausted, int]]
"""Proposal for an index, and the index to ask for next, whatever the space is."""


class ByIndex:
    """Proposals that heed the index alone."""

    def __init__(self, propose: Propositions) -> None:
        self._propose = propose

    def propose(
        self, index: int, versions: Sequence[SpaceVersion], news: Sequence[Observation]
    ) -> tuple[Proposal | Exhausted, int]:
        """Proposal for `index`, and the index to ask for next."""
        return self._propose(index)

"""Grid search: every configuration of a finite space, once, in order."""

from __future__ import annotations

from engine.errors import UsageError
from engine.space.space import Space

from .base import Exhausted, Proposal, SearchMethod


class Grid(SearchMethod):
    """Goes through categories, integers and quantised ranges; the seed plays no part."""

    name = "grid"
    enumerates = True

    def __init__(self, space: Space, seed: int) -> None:
        if space.cardinality() is None:
            names = space.continuous()
            are = "is" if len(names) == 1 else "are"
            raise UsageError(
                f"grid needs countable values, but {', '.join(names)} {are} continuous; "
                "list values, give a step q, or use random or halton"
            )
        super().__init__(space, seed)

    def propose(self, index: int) -> Proposal | Exhausted:
        """Give the grid's configuration number `index`."""
        params = self.space.grid(index)
        size = self.space.grid_size()
        if params is None:
            return Exhausted(reason=f"the grid's {size} configurations have all been proposed")
        return Proposal(params=params, origin=f"grid #{index} of {size}")

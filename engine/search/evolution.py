"""Population based training (Jaderberg et al., 2017): who lives on, whose child, what changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import msgspec

from engine.core.evolution import Member, Offspring, Selection
from engine.errors import UsageError
from engine.space.space import Space

from .evolution_options import EvolutionOptions, making_way, options_of
from .exploring import afresh, explore
from .halton import Halton


class Evolution(Halton):
    """Proposes the first population, evenly over the space; what follows is bred from it.

    Raises UsageError where `perturb` names what the space does not search.
    """

    name = "evolution"

    def __init__(self, space: Space, seed: int, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(space, seed)
        searched = space.varying()
        for name in options_of(options or {}).perturb or ():
            if name not in searched:
                raise UsageError(
                    f"option perturb of method evolution names {name}, which is not searched; "
                    f"searched are {', '.join(searched)}"
                )


class PopulationBasedTraining:
    """Implements `engine.core.evolution.Evolver`.

    Selection is by truncation: of N members the worst N * `quantile` make way for children of the
    best N * `quantile`, each of a parent drawn evenly. A member without a result makes way first.
    """

    def __init__(self, options: EvolutionOptions) -> None:
        self._options = options

    def select(self, members: Sequence[Member], population: int) -> Selection:
        """Sort the members of a round that has ended; of equals the older one is better."""
        ranked = sorted((m.loss, m.number) for m in members if m.loss is not None)
        numbers = [number for _, number in ranked]
        ended = self._ended(population)
        survivors = tuple(numbers[: population - ended])
        return Selection(
            survivors=survivors,
            parents=survivors[:ended],
            ended=tuple(numbers[len(survivors) :]),
        )

    def offspring(self, document: Any, parents: Sequence[Member], seed: int) -> Offspring:
        """Make one configuration that lies in the space."""
        space, rng = msgspec.convert(document, Space), Random(seed)
        if not parents:
            return Offspring(parent=None, params=afresh(space, rng), changes="drawn afresh")
        parent = rng.choice(parents)
        params, changes = explore(space, parent.params, self._options, rng)
        return Offspring(parent=parent.number, params=params, changes=changes)

    def _ended(self, population: int) -> int:
        """How many make way: one at least, half at most."""
        return making_way(population, self._options.quantile)

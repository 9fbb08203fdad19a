"""The sweep's source of proposals: its search method, kept from repeating itself."""

from __future__ import annotations

from collections.abc import Iterable

from engine.config.schema import Config
from engine.core.model import Params
from engine.search.base import Exhausted, Proposal
from engine.search.distinct import DistinctProposer
from engine.search.registry import create


class ConfiguredProposals:
    """Proposes as the config says. The method is made at the first call: its libraries are slow
    to import, and the first call comes from the search thread."""

    def __init__(self, config: Config, seed: int, proposed: Iterable[Params]) -> None:
        self._config = config
        self._seed = seed
        self._proposed = list(proposed)
        self._proposer: DistinctProposer | None = None

    def propose(self, index: int) -> tuple[Proposal | Exhausted, int]:
        """Proposal for `index`, and the index to ask for next."""
        if self._proposer is None:
            self._proposer = self._make()
        return self._proposer.propose(index)

    def _make(self) -> DistinctProposer:
        config = self._config
        method = create(config.method, config.space, self._seed, config.search)
        seen = [config.space.key(params) for params in self._proposed]
        return DistinctProposer(method, config.space, seen)

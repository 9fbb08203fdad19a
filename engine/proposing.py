"""The sweep's source of proposals: its search method, built anew for every version of the space."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from engine.config.schema import Config
from engine.core.edits import SpaceVersion
from engine.core.observing import Observation
from engine.search.base import LearningMethod, Made, SearchMethod, UnitMethod
from engine.search.distinct import DistinctProposer
from engine.search.model import ModelMethod
from engine.search.registry import create
from engine.search.widened import Widened, widened
from engine.space.inside import inside
from engine.space.space import Space


class ConfiguredProposals:
    """Proposes as the config says. A method is made at its first call: its libraries are slow to
    import, and the first call comes from the search thread, or in a process of its own.

    No method outlives its version of the space: a model that learned other ranges keeps them, or
    forgets what it learned, without a word.
    """

    def __init__(self, config: Config, seed: int) -> None:
        self._config = config
        self._seed = seed
        self._version = 0
        self._first_index = 0
        self._known: dict[int, Observation] = {}
        self._keys: set[str] = set()
        self._space: Space
        self._method: SearchMethod
        self._proposer: DistinctProposer

    def propose(
        self,
        index: int,
        versions: Sequence[SpaceVersion],
        news: Sequence[Observation],
        in_flight: Sequence[Observation] = (),
    ) -> Made:
        """Proposal for `index` from the last of `versions`, and the index to ask for next.

        `news` are the observations that changed since the last call. `in_flight` are candidates
        that are not trials yet, by negative numbers: taken as open for this proposal alone.
        """
        self._known.update((one.number, one) for one in news)
        if versions[-1].version != self._version:
            self._begin(versions)
        else:
            self._learn(news)
        index -= self._first_index
        if isinstance(self._method, LearningMethod):
            made, following = self._propose_beside(self._method, index, in_flight)
        else:
            made, following = self._proposer.propose(index)
        return made, following + self._first_index

    def _begin(self, versions: Sequence[SpaceVersion]) -> None:
        config, version = self._config, versions[-1]
        self._space = space = _space(version.document)
        method = create(config.method, space, self._seed, config.search, config.metric.goal)
        self._first_index = version.first_index if method.enumerates else 0
        self._method = self._with_added(method, versions)
        self._keys = set()
        self._proposer = DistinctProposer(self._method, space)
        self._learn(self._known.values())
        self._version = version.version

    def _with_added(self, method: SearchMethod, versions: Sequence[SpaceVersion]) -> SearchMethod:
        """Have what edits added to the space searched by a method that would not by itself."""
        drawn = method.drawn if isinstance(method, ModelMethod) else method
        if not isinstance(drawn, UnitMethod):
            return method
        is_inside, version = inside(self._space), versions[-1]
        tried = (t.params for t in self._known.values() if t.space_version < version.version)
        earlier = [params for params in tried if is_inside(params)]
        added = widened(drawn, _steps(versions), earlier, version.first_index)
        if not isinstance(method, ModelMethod):
            return added
        if isinstance(added, Widened):
            method.catch_up(added)
        return method

    def _learn(self, news: Collection[Observation]) -> None:
        if isinstance(self._method, LearningMethod):
            self._keys.update(self._space.key(one.params) for one in news)
            self._method.observe(tuple(news))
        else:
            for one in news:
                self._proposer.add(one.params)

    def _propose_beside(
        self, method: LearningMethod, index: int, in_flight: Sequence[Observation]
    ) -> Made:
        """Propose while candidates are in flight; they may yet come to nothing, and be free."""
        keys = self._keys.union(self._space.key(one.params) for one in in_flight)
        method.observe(in_flight)
        try:
            return DistinctProposer(method, self._space, keys).propose(index)
        finally:
            method.forget(one.number for one in in_flight)


def _steps(versions: Sequence[SpaceVersion]) -> Iterator[tuple[Space, Space]]:
    """Every edit, the newest first: the space before it and after it."""
    for version in reversed(versions):
        if version.before is not None:
            yield _space(version.before), _space(version.document)


def _space(document: Any) -> Space:
    return msgspec.convert(document, Space)

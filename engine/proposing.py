"""The sweep's source of proposals: its search method, built anew for every version of the space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from engine.config.schema import Config
from engine.core.edits import SpaceVersion
from engine.core.observing import Observation
from engine.search.base import Exhausted, LearningMethod, Proposal, SearchMethod, UnitMethod
from engine.search.distinct import DistinctProposer
from engine.search.registry import create
from engine.search.widened import widened
from engine.space.inside import inside
from engine.space.space import Space


class ConfiguredProposals:
    """Proposes as the config says. A method is made at its first call: its libraries are slow to
    import, and the first call comes from the search thread.

    No method outlives its version of the space: a model that learned other ranges keeps them, or
    forgets what it learned, without a word.
    """

    def __init__(self, config: Config, seed: int) -> None:
        self._config = config
        self._seed = seed
        self._version = 0
        self._first_index = 0
        self._method: SearchMethod
        self._proposer: DistinctProposer

    def propose(
        self, index: int, versions: Sequence[SpaceVersion], news: Sequence[Observation]
    ) -> tuple[Proposal | Exhausted, int]:
        """Proposal for `index` from the last of `versions`, and the index to ask for next.

        `news` are the observations of all trials where that version is new to this method, else
        of those that changed since the last call.
        """
        if versions[-1].version != self._version:
            self._begin(versions, news)
        else:
            for one in news:
                self._proposer.add(one.params)
        if isinstance(self._method, LearningMethod):
            self._method.observe(news)
        made, following = self._proposer.propose(index - self._first_index)
        return made, following + self._first_index

    def _begin(self, versions: Sequence[SpaceVersion], tried: Sequence[Observation]) -> None:
        config, version = self._config, versions[-1]
        space = _space(version.document)
        method = create(config.method, space, self._seed, config.search, config.metric.goal)
        self._first_index = version.first_index if method.enumerates else 0
        if isinstance(method, UnitMethod):
            is_inside = inside(space)
            earlier = [t.params for t in tried if t.space_version < version.version]
            earlier = [params for params in earlier if is_inside(params)]
            method = widened(method, _steps(versions), earlier, version.first_index)
        self._method = method
        self._proposer = DistinctProposer(method, space, [space.key(one.params) for one in tried])
        self._version = version.version


def _steps(versions: Sequence[SpaceVersion]) -> Iterator[tuple[Space, Space]]:
    """Every edit, the newest first: the space before it and after it."""
    for version in reversed(versions):
        if version.before is not None:
            yield _space(version.before), _space(version.document)


def _space(document: Any) -> Space:
    return msgspec.convert(document, Space)

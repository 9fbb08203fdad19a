"""What stands between a sweep and the model that proposes for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.core.edits import SpaceVersion
from engine.core.observing import Observation
from engine.search.base import Made


class ModelError(Exception):
    """No proposal was made; the text says why, in one line."""


class Model(Protocol):
    """A model of what trials have shown. Used on one event loop, by one task at a time.

    It may die at any moment: once it is not `alive` it knows nothing, and is started and told all
    anew. `start`, `tell` and `make` raise ModelError.
    """

    @property
    def alive(self) -> bool:
        """Whether it was started, and still knows what it was told."""
        ...

    async def start(self) -> None:
        """Start one that knows nothing."""
        ...

    async def tell(self, versions: Sequence[SpaceVersion], news: Sequence[Observation]) -> None:
        """Tell further versions of the space, and what changed of trials."""
        ...

    async def make(self, index: int, in_flight: Sequence[Observation]) -> Made:
        """Make proposal `index` in the newest version, with these candidates in flight."""
        ...

    async def close(self) -> None:
        """End it, whatever it is doing."""
        ...

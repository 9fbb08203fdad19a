"""A model that thinks only as long as a test lets it, and remembers what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from engine.core.edits import SpaceVersion
from engine.core.model import Params, Source
from engine.core.observing import Observation
from engine.modelling.base import ModelError
from engine.search.base import Made, Proposal


class ToldModel:
    """Proposes x = 1 / (2 + index) in [0, 1], or in [0.9, 1] from version 2 on.

    `lets`: how many more proposals it may make. `params`: what it proposes instead.
    """

    def __init__(self) -> None:
        self.alive = False
        self.starts = 0
        self.versions: list[SpaceVersion] = []
        self.told: dict[int, Observation] = {}
        self.asked: list[tuple[int, list[Observation]]] = []
        self.fault: str | None = None
        self.params: Params | None = None
        self._lets = asyncio.Semaphore(0)
        self.let(1_000)

    def let(self, more: int) -> None:
        """Let it make so many proposals more."""
        for _ in range(more):
            self._lets.release()

    def hold(self) -> None:
        """Let it make no proposal from now on."""
        self._lets = asyncio.Semaphore(0)

    def die(self) -> None:
        """Lose the process."""
        self.alive = False

    async def start(self) -> None:
        self.starts += 1
        self.alive = True
        self.versions, self.told = [], {}

    async def tell(self, versions: Sequence[SpaceVersion], news: Sequence[Observation]) -> None:
        self.versions += versions
        self.told.update((one.number, one) for one in news)

    async def make(self, index: int, in_flight: Sequence[Observation]) -> Made:
        self.asked.append((index, list(in_flight)))
        known = sum(bool(one.values) for one in self.told.values())
        version = self.versions[-1].version
        await self._lets.acquire()
        if self.fault is not None:
            raise ModelError(self.fault)
        x = 1 / (2 + index)
        params: Params = self.params or {"x": x if version == 1 else 0.9 + x / 10}
        origin = f"model, {known} observations"
        source = Source(method="tpe", observations=known)
        return Proposal(params=params, origin=origin, source=source), index + 1

    async def close(self) -> None:
        self.alive = False

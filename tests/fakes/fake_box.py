"""A box whose sweeps are in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from engine.core.views import SweepView
from engine.errors import TunerError
from tests.fakes.fake_connection import FakeConnection
from tests.fakes.fake_source import FakeSource
from tui_tuner.box import Offer, OpenSweep


class FakeBox:
    """Holds sources by their directories; `begun` records the configs that were begun.

    A config that is begun becomes the sweep `fresh`; `fault` makes that fail. What is offered
    without slots is counted once `looked` is set.
    """

    def __init__(self, *sources: FakeSource, offer: Offer | None = None) -> None:
        self.sources = {str(source.directory): source for source in sources}
        self.offered = offer
        self.looked = asyncio.Event()
        self.fresh: FakeSource | None = None
        self.fault = ""
        self.begun: list[Path] = []
        self.connections: list[FakeConnection] = []

    def listing(self) -> Sequence[SweepView]:
        return [source.status() for source in self.sources.values()]

    def open(self, directory: Path) -> OpenSweep:
        source = self.sources[str(directory)]

        async def connect() -> FakeConnection:
            self.connections.append(FakeConnection(source))
            return self.connections[-1]

        return OpenSweep(title=directory.name, connect=connect)

    def offer(self) -> Offer | None:
        return self.offered

    async def counted(self, offer: Offer) -> Offer:
        await self.looked.wait()
        return replace(offer, slots=8, gpus=2)

    def begin(self, config: Path) -> Path:
        if self.fault:
            raise TunerError(self.fault)
        self.begun.append(config)
        assert self.fresh is not None
        self.sources[str(self.fresh.directory)] = self.fresh
        return self.fresh.directory

    def samples(self) -> str | None:
        return "sample_configs"

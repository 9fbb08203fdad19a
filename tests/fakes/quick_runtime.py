"""A runtime without processes: real machine, journal and files, a fake executor."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from engine.core.acts import Act
from engine.core.edits import SpaceVersion
from engine.core.machine import SweepMachine
from engine.core.model import (
    Goal,
    Trial,
)
from engine.core.observing import Observation
from engine.core.plan import Plan
from engine.core.projection import sweep_view
from engine.executors.base import AttemptSpec
from engine.ingest.base import Harvest
from engine.journal import Journal
from engine.publisher import Publisher
from engine.runtime import Runtime
from engine.search.base import Proposal
from engine.store.memory import MemoryStore
from engine.store.writer import SyncWriter
from tests.fakes.fake_executor import FakeExecutor

PLAN = Plan(name="quick", metric="acc", goal=Goal.MAXIMIZE, slots=1, budget=3, prefetch=0)
PATIENCE_S = 10.0


class QuickRuntime:
    """One slot, an endless supply of trials that do nothing until told to end."""

    def __init__(self, folder: Path) -> None:
        machine = SweepMachine()
        journal = Journal(machine, lambda: sweep_view(machine.state, directory="", pid=1))
        self.executor = FakeExecutor()
        self.publisher = Publisher(journal, SyncWriter(MemoryStore()))
        self.state = machine.state
        self.folder = folder
        self.runtime = Runtime(
            self.publisher,
            executor=self.executor,
            proposals=Constant(),
            launcher=Folders(folder),
            clock=lambda: 1.0,
        )
        self.runtime.attempts.tails = NothingToRead()

    async def act(self, act: Act) -> None:
        """Do a resolved act."""
        await self.runtime.act(act, who="ann@pts/1", why=None, request=uuid.uuid4().hex)

    async def until(self, happened: Callable[[], Any]) -> None:
        """Wait for a condition."""
        async with asyncio.timeout(PATIENCE_S):
            while not happened():  # noqa: ASYNC110
                await asyncio.sleep(0.002)

    def control(self, trial: int, attempt: int = 1) -> Path:
        """Where an attempt's control file lies."""
        return Folders(self.folder).attempt_dir(trial, attempt) / "control.json"


@asynccontextmanager
async def quick_runtime(folder: Path) -> AsyncIterator[QuickRuntime]:
    """A runtime whose sweep has begun."""
    quick = QuickRuntime(folder)
    await quick.runtime.start(PLAN, 1, [])
    try:
        yield quick
    finally:
        await quick.runtime.close()


class Constant:
    """Proposes the same configuration for ever."""

    def propose(
        self, index: int, space: SpaceVersion, news: Sequence[Observation]
    ) -> tuple[Proposal, int]:
        return Proposal(params={"lr": 0.1}, origin=f"#{index}"), index + 1


class Folders:
    """Gives each attempt a folder, and nothing to run in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def attempt_dir(self, trial: int, attempt: int) -> Path:
        return self._folder / f"{trial:04d}" / "attempts" / str(attempt)

    def spec(self, trial: Trial, attempt: int) -> AttemptSpec:
        folder = self.attempt_dir(trial.number, attempt)
        folder.mkdir(parents=True, exist_ok=True)
        return AttemptSpec(
            trial=trial.number,
            attempt=attempt,
            trial_dir=folder.parents[1],
            attempt_dir=folder,
            argv=(),
            cwd=folder,
            env={},
        )


class NothingToRead:
    """Tails of attempts that write nothing."""

    def watch(self, spec: AttemptSpec, offsets: dict[str, int]) -> None:
        """Nothing comes."""

    async def finish(self, trial: int, attempt: int) -> list[Harvest]:
        return []

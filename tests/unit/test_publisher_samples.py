"""Samples ride along to the store: never promised, and never in the way of an event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine import keeping
from engine.core.machine import SweepMachine
from engine.core.projection import sweep_view
from engine.journal import Journal
from engine.publisher import Publisher
from engine.store.base import Batch
from engine.store.writer import StoreWriter
from tests.fakes.batches import created, proposed, seen, used
from tests.fakes.held_store import HeldStore


class Kept:
    """A publisher over a store that a test can hold."""

    def __init__(self, folder: Path) -> None:
        machine = SweepMachine()
        journal = Journal(machine, lambda: sweep_view(machine.state, directory="", pid=1))
        self.store = HeldStore()
        self.writer = StoreWriter(
            self.store, directory=folder, on_full=lambda full, text: None, floor=0
        )
        self.publisher = Publisher(journal, self.writer)

    def keep(self, at: float) -> None:
        self.publisher.keep([used(1, at)], [seen("gpu0", at)])

    async def stored(self, at: float) -> Batch:
        """Wait for the transaction that holds the samples of a time."""
        async with asyncio.timeout(5):
            while True:
                for batch in self.store.transactions:
                    if used(1, at) in batch.usage and seen("gpu0", at) in batch.device_samples:
                        return batch
                await asyncio.sleep(0.002)


@asynccontextmanager
async def publisher(folder: Path) -> AsyncIterator[Kept]:
    kept = Kept(folder)
    try:
        yield kept
    finally:
        kept.store.released.set()
        kept.publisher.close()
        kept.writer.close()


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    async with publisher(tmp_path) as kept:
        yield kept


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEEP_S", 0.005)


async def test_samples_ride_with_the_next_commit(kept: Kept) -> None:
    kept.keep(1.0)
    kept.keep(2.0)
    kept.publisher.record(created())
    await kept.publisher.committed()

    (batch,) = kept.store.transactions
    assert [len(batch.events), len(batch.usage), len(batch.device_samples)] == [1, 2, 2]


@pytest.mark.usefixtures("soon")
async def test_samples_are_written_by_themselves_where_nothing_else_is(kept: Kept) -> None:
    kept.keep(1.0)
    batch = await kept.stored(1.0)

    assert batch == Batch(usage=[used(1, 1.0)], device_samples=[seen("gpu0", 1.0)])


async def test_nothing_is_written_where_nothing_was_measured(kept: Kept) -> None:
    kept.publisher.keep([], [])
    kept.publisher.close()
    await kept.writer.flush()

    assert kept.store.transactions == [Batch()]


async def test_on_a_full_disk_samples_are_dropped_and_events_are_not(kept: Kept) -> None:
    kept.keep(1.0)
    kept.publisher.notice("disk", "no space left")
    kept.keep(2.0)
    kept.publisher.record(created())
    await kept.publisher.committed()
    kept.publisher.notice("disk", None)
    kept.keep(3.0)
    kept.publisher.close()

    batch = await kept.stored(3.0)
    assert [s.at for t in kept.store.transactions for s in t.usage] == [3.0]
    assert batch is kept.store.transactions[-1]


@pytest.mark.usefixtures("soon")
async def test_a_slow_disk_gets_one_batch_of_samples_at_a_time_and_they_stay_few(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_WAITING", 6)
    kept.store.hold()
    kept.keep(1.0)
    await asyncio.to_thread(kept.store.entered.wait)
    for at in range(2, 100):
        kept.keep(float(at))
    kept.store.released.set()
    await kept.stored(4.0)

    assert [len(t.usage) for t in kept.store.transactions] == [1, 3]


@pytest.mark.usefixtures("soon")
async def test_an_event_does_not_wait_for_samples_that_wait(kept: Kept) -> None:
    kept.store.hold()
    kept.publisher.record(created())
    await asyncio.to_thread(kept.store.entered.wait)
    kept.keep(1.0)
    kept.publisher.record(proposed(1))
    kept.store.released.set()
    await kept.publisher.committed()

    assert await kept.stored(1.0) in kept.store.transactions[:2]


async def test_what_waits_at_the_end_is_written(tmp_path: Path) -> None:
    async with publisher(tmp_path) as kept:
        kept.keep(1.0)
    assert [t.usage for t in kept.store.transactions] == [[used(1, 1.0)]]

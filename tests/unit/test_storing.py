"""An act that a full disk holds up is named until it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from engine import storing
from engine.core.machine import SweepMachine
from engine.core.projection import sweep_view
from engine.journal import Journal
from engine.publisher import Publisher
from engine.store.writer import StoreWriter
from engine.storing import Storing
from tests.fakes.batches import created
from tests.fakes.held_store import HeldStore


class Held:
    """A publisher whose store stands still, and what viewers are told of it."""

    def __init__(self, folder: Path) -> None:
        machine = SweepMachine()
        journal = Journal(machine, lambda: sweep_view(machine.state, directory="", pid=1))
        self.store = HeldStore()
        self.writer = StoreWriter(
            self.store, directory=folder, on_full=lambda full, text: None, floor=0
        )
        self.publisher = Publisher(journal, self.writer)
        self.storing = Storing(self.publisher)
        self.told: list[str | None] = []
        self.publisher.watch(lambda commit: self.told.append(self.publisher.notices.get("acts")))
        self.store.hold()
        self.publisher.record(created())

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not happened():  # noqa: ASYNC110
                await asyncio.sleep(0.002)


@pytest.fixture
async def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Held]:
    monkeypatch.setattr(storing, "LOOK_S", 0.005)
    held = Held(tmp_path)
    yield held
    held.store.released.set()
    held.writer.close()


async def test_acts_that_wait_for_the_disk_are_named_until_they_are_stored(held: Held) -> None:
    held.publisher.notice("disk", "no space left")
    acts = [asyncio.create_task(held.storing.stored(verb)) for verb in ("prune", "set slots")]
    await held.until(lambda: "waits for the disk: prune, set slots" in held.told)
    held.store.released.set()
    await asyncio.gather(*acts)

    assert held.told[-1] is None
    assert "acts" not in held.publisher.notices


async def test_a_disk_that_turns_out_full_later_is_told_too(held: Held) -> None:
    act = asyncio.create_task(held.storing.stored("prune"))
    await asyncio.sleep(0)
    held.publisher.notice("disk", "no space left")
    await held.until(lambda: "waits for the disk: prune" in held.told)
    held.store.released.set()
    await act

    assert held.told[-1] is None


async def test_a_disk_that_is_merely_slow_is_no_news(held: Held) -> None:
    act = asyncio.create_task(held.storing.stored("prune"))
    await asyncio.wait({act}, timeout=0.03)
    held.store.released.set()
    await act

    assert set(held.told) == {None}


async def test_who_hangs_up_waits_no_longer(held: Held) -> None:
    held.publisher.notice("disk", "no space left")
    act = asyncio.create_task(held.storing.stored("prune"))
    await held.until(lambda: "waits for the disk: prune" in held.told)
    act.cancel()
    await asyncio.wait({act})

    assert "acts" not in held.publisher.notices

"""Rows are written when they change, and a sweep is shown once a commit, whoever looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.core.acts import Note
from engine.core.events import Acted, TrialProposed
from engine.core.machine import SweepMachine
from engine.core.projection import sweep_view
from engine.core.views import SweepView
from engine.journal import Journal
from engine.publisher import Publisher
from engine.server.live import LiveSource
from engine.store.memory import MemoryStore
from engine.store.writer import SyncWriter
from tests.fakes.batches import created
from tests.fakes.held_store import HeldStore
from tests.fakes.quick_runtime import quick_runtime

TRIALS = 20


def publisher_of(store: MemoryStore) -> Publisher:
    machine = SweepMachine()
    journal = Journal(machine, lambda: sweep_view(machine.state, directory="", pid=1))
    return Publisher(journal, SyncWriter(store))


def note(trial: int) -> Acted:
    return Acted(at=3.0, request="r", who="ada", act=Note(trials=(trial,), text="odd"))


@pytest.fixture
async def store() -> HeldStore:
    """What an engine left that proposed some trials."""
    store = HeldStore()
    publisher = publisher_of(store)
    publisher.record(created())
    for number in range(1, TRIALS + 1):
        publisher.record(
            TrialProposed(
                at=2.0, trial=number, index=number - 1, params={"lr": 0.1}, origin="r", seed=1
            )
        )
    await publisher.committed()
    return store


async def written_first(store: HeldStore) -> list[str]:
    """The rows of the first commit of an engine that goes on with a sweep."""
    publisher = publisher_of(store)
    publisher.replay(store.replay(), store.trials())
    publisher.record(note(7))
    await publisher.committed()
    return [view.id for view in store.transactions[-1].trials]


async def test_an_engine_that_goes_on_writes_the_rows_that_change(store: HeldStore) -> None:
    assert await written_first(store) == ["t0007"]


async def test_rows_that_an_older_version_wrote_otherwise_are_written_anew(
    store: HeldStore,
) -> None:
    third = store.trial(3)
    assert third is not None
    store._trials.pop(5)
    store._trials[3] = store._trials[3].replace(b'"origin":"r"', b'"origin":"R"')
    assert store.trial(3) == replace(third, origin="R")

    assert await written_first(store) == ["t0003", "t0005", "t0007"]


async def test_a_sweep_is_shown_once_a_commit_however_many_look(tmp_path: Path) -> None:
    async with quick_runtime(tmp_path) as quick:
        await quick.until(lambda: quick.executor.launched)
        journal, shown = quick.publisher.journal, []
        show = journal.show_sweep

        def counted() -> SweepView:
            shown.append(1)
            return show()

        journal.show_sweep = counted
        source = LiveSource(
            quick.runtime,
            directory=tmp_path,
            reader=MemoryStore,
            clock=lambda: 11.0,
            leave=lambda: False,
        )
        views = [source.status() for _ in range(100)]

        assert shown == []
        assert {view.elapsed_s for view in views} == {10.0}

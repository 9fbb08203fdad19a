"""The writer's thread: order, groups, answers, and its end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.errors import StoreCorruptError, StoreFullError
from engine.store.base import Batch
from engine.store.grouping import GROUP_WEIGHT, first_group, merged
from engine.store.memory import MemoryStore
from engine.store.writer import StoreWriter, SyncWriter
from tests.fakes.batches import (
    batch,
    logged,
    offset,
    reported,
    seen,
    started,
    sweep_view,
    trial_view,
    used,
)
from tests.fakes.held_store import HeldStore


class Answers:
    """Collects what became of batches, by name, in the order told."""

    def __init__(self) -> None:
        self.all: list[tuple[str, BaseException | None]] = []

    def of(self, name: str) -> Callable[[BaseException | None], None]:
        return lambda error: self.all.append((name, error))


@pytest.fixture
def store() -> HeldStore:
    return HeldStore()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
async def writer(store: HeldStore, tmp_path: Path) -> Iterator[StoreWriter]:
    writer = StoreWriter(store, directory=tmp_path, on_full=lambda full, text: None, floor=0)
    yield writer
    store.released.set()
    writer.close()


async def test_batches_are_written_and_answered_in_their_order(
    writer: StoreWriter, store: HeldStore, answers: Answers
) -> None:
    for n in range(1, 51):
        writer.submit(batch(started(n), first=n), answers.of(str(n)))
    await writer.flush()
    assert answers.all == [(str(n), None) for n in range(1, 51)]
    assert [at.seq for at in store.replay()] == list(range(1, 51))


async def test_what_comes_during_a_write_shares_the_next_one(
    writer: StoreWriter, store: HeldStore, answers: Answers
) -> None:
    store.hold()
    writer.submit(batch(started(1)), answers.of("first"))
    await asyncio.to_thread(store.entered.wait)
    for n in range(2, 6):
        writer.submit(batch(started(n), first=n), answers.of(str(n)))
    assert answers.all == []
    store.released.set()
    await writer.flush()
    seqs = [[at.seq for at in each.events] for each in store.transactions if each.events]
    assert seqs == [[1], [2, 3, 4, 5]]


async def test_answers_come_in_the_loops_thread_after_the_commit(
    writer: StoreWriter, store: HeldStore
) -> None:
    seen = []
    writer.submit(
        batch(started(1)),
        lambda error: seen.append((threading.current_thread(), len(store.transactions))),
    )
    await writer.flush()
    assert seen[0][0] is threading.current_thread()
    assert seen[0][1] >= 1


async def test_after_a_failure_nothing_more_is_written(
    writer: StoreWriter, store: HeldStore, answers: Answers
) -> None:
    store.failure = StoreCorruptError("page 7 is damaged")
    writer.submit(batch(started(1)), answers.of("first"))
    with pytest.raises(StoreCorruptError):
        await writer.flush()
    store.failure = None
    writer.submit(batch(started(2), first=2), answers.of("second"))
    with pytest.raises(StoreCorruptError):
        await writer.flush()
    assert [(name, str(error)) for name, error in answers.all] == [
        ("first", "page 7 is damaged"),
        ("second", "page 7 is damaged"),
    ]
    assert store.transactions == []


async def test_an_answer_that_raises_does_not_silence_the_next(
    writer: StoreWriter, store: HeldStore, answers: Answers
) -> None:
    raised = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: raised.append(what))

    def fail(error: BaseException | None) -> None:
        raise ValueError("a bug of the caller's")

    store.hold()
    writer.submit(batch(started(1)), fail)
    writer.submit(batch(started(2), first=2), answers.of("second"))
    store.released.set()
    await writer.flush()
    assert answers.all == [("second", None)]
    assert len(raised) == 1


async def test_closing_writes_what_waits_and_closes_the_store(
    store: HeldStore, answers: Answers, tmp_path: Path
) -> None:
    writer = StoreWriter(store, directory=tmp_path, on_full=lambda full, text: None, floor=0)
    for n in range(1, 4):
        writer.submit(batch(started(n), first=n), answers.of(str(n)))
    writer.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert answers.all == [("1", None), ("2", None), ("3", None)]
    assert store.closed
    with pytest.raises(RuntimeError, match="closed writer"):
        writer.submit(Batch(), answers.of("late"))
    writer.close()


async def test_a_low_disk_is_told_once_and_writing_goes_on(
    store: HeldStore, answers: Answers, tmp_path: Path
) -> None:
    told: list[tuple[bool, str]] = []
    writer = StoreWriter(
        store,
        directory=tmp_path,
        on_full=lambda full, text: told.append((full, text)),
        floor=10**18,
    )
    for n in range(1, 4):
        writer.submit(batch(started(n), first=n), answers.of(str(n)))
        await writer.flush()
    writer.close()
    assert [full for full, _ in told] == [True]
    assert "MB free on the disk" in told[0][1]
    assert answers.all == [("1", None), ("2", None), ("3", None)]


def test_a_group_leaves_the_store_as_its_batches_would() -> None:
    batches = [
        Batch(
            events=logged([started(1), reported(1, [1])]),
            offsets=[offset(1, 5), offset(2, 1)],
            trials=[trial_view(1)],
            sweep=sweep_view(0.1),
            meta={"a": "1", "b": "1"},
            usage=[used(1, 1.0, util=1.0)],
            device_samples=[seen("gpu0", 1.0)],
        ),
        Batch(offsets=[offset(1, 9)], trials=[trial_view(1, state="complete"), trial_view(2)]),
        Batch(events=logged([reported(1, [2])], 3), sweep=sweep_view(0.2), meta={"b": "2"}),
        Batch(usage=[used(1, 1.0, util=9.0), used(1, 2.0)], device_samples=[seen("gpu1", 1.0)]),
        Batch(),
    ]
    apart, together = MemoryStore(), MemoryStore()
    apart.write_all(batches)
    together.write(merged(batches))
    assert list(together.replay()) == list(apart.replay())
    assert together.offsets() == apart.offsets()
    assert together.trials() == apart.trials()
    assert together.sweep() == apart.sweep()
    assert together.meta() == apart.meta()
    assert together.usage(1) == apart.usage(1)
    assert together.devices_seen() == apart.devices_seen()


def test_a_backlog_is_written_in_bites() -> None:
    big = batch(reported(1, range(GROUP_WEIGHT)))
    small = batch(started(1))
    identity = lambda each: each  # noqa: E731 - the queue's entries are the batches themselves
    assert first_group([big, small, small], identity) == [big]
    assert first_group([small, small, big], identity) == [small, small]
    assert first_group([], identity) == []


async def test_the_synchronous_twin_answers_before_submit_returns(answers: Answers) -> None:
    store = HeldStore()
    writer = SyncWriter(store)
    writer.submit(batch(started(1)), answers.of("first"))
    assert answers.all == [("first", None)]
    await writer.flush()
    store.failure = StoreFullError("no space left")
    writer.submit(batch(started(2), first=2), answers.of("second"))
    store.failure = None
    writer.submit(batch(started(3), first=3), answers.of("third"))
    assert [str(error) for _, error in answers.all[1:]] == ["no space left", "no space left"]
    with pytest.raises(StoreFullError):
        await writer.flush()
    writer.close()
    assert store.closed
    assert [at.seq for at in store.replay()] == [1]

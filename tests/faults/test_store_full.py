"""A disk that is full, nearly full or read-only: nothing is lost, and a plain sentence says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from engine.errors import StoreError, StoreFullError
from engine.store.base import Batch, Store
from engine.store.reader import open_reader
from engine.store.sqlite import SqliteStore
from engine.store.writer import StoreWriter
from tests.fakes.batches import batch, created, logged, offset, reported, started
from tests.fakes.disks import fill, read_only, small_disk

STEPS = 2000


def big(n: int) -> Batch:
    """The n-th batch of many reports, with the offset that belongs to it."""
    written = batch(reported(1, range(n * STEPS, (n + 1) * STEPS)), started(1, n), first=1 + 2 * n)
    written.offsets.append(offset(1, n))
    return written


def write_until_full(store: Store, first: int = 0) -> int:
    """Write big batches from the `first`; give the number of the one that found no space."""
    with pytest.raises(StoreFullError, match="no space left"):
        store.write_all(big(n) for n in count(first))
    return 1 + max((offset.offset for offset in store.offsets()), default=-1)


def assert_holds_exactly(store: Store, batches: int) -> None:
    assert [r.report.step for r in store.reports(1)] == list(range(batches * STEPS))
    assert [at.seq for at in store.replay()] == list(range(1, 2 * batches + 1))
    assert [o.offset for o in store.offsets()] == [batches - 1]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", megabytes=4) as disk:
        yield disk


def test_a_full_disk_refuses_a_batch_whole_and_takes_it_once_there_is_space(disk: Path) -> None:
    with closing(SqliteStore.create(disk / "sweep.db")) as store:
        store.write(big(0))
        ballast = fill(disk)
        failed = write_until_full(store, first=1)
        assert_holds_exactly(store, failed)
        with pytest.raises(StoreFullError):
            store.write(big(failed))
        ballast.unlink()
        store.write(big(failed))
        assert_holds_exactly(store, failed + 1)


def test_a_database_at_its_size_limit_behaves_like_a_full_disk(tmp_path: Path) -> None:
    with closing(SqliteStore.create(tmp_path / "sweep.db")) as store:
        store._db.execute("PRAGMA max_page_count = 200")
        failed = write_until_full(store)
        assert failed > 1
        assert_holds_exactly(store, failed)
        store._db.execute("PRAGMA max_page_count = 100000")
        store.write(big(failed))
        assert_holds_exactly(store, failed + 1)


def test_a_sweep_on_a_full_disk_can_be_looked_at(disk: Path) -> None:
    with closing(SqliteStore.create(disk / "sweep.db")) as store:
        fill(disk)
        failed = write_until_full(store)
        with closing(open_reader(disk / "sweep.db")) as reader:
            assert sum(1 for _ in reader.reports()) == failed * STEPS


def test_an_engine_restarted_on_a_full_disk_says_so_and_later_goes_on(disk: Path) -> None:
    with closing(SqliteStore.create(disk / "sweep.db")) as store:
        store.write(batch(created()))
    ballast = fill(disk)
    with pytest.raises(StoreFullError, match="no space left"):
        SqliteStore.open(disk / "sweep.db")
    ballast.unlink()
    with closing(SqliteStore.open(disk / "sweep.db")) as store:
        assert list(store.replay()) == logged([created()])


def test_a_sweep_is_not_created_on_a_full_disk(disk: Path) -> None:
    ballast = fill(disk)
    with pytest.raises(StoreFullError, match="no space left"):
        SqliteStore.create(disk / "sweep.db")
    ballast.unlink()
    SqliteStore.create(disk / "sweep.db").close()


def test_a_read_only_disk_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    folder.mkdir()
    SqliteStore.create(folder / "sweep.db").close()
    with read_only(folder):
        with pytest.raises(StoreError, match=r"sweep\.db cannot be .*read-only"):
            SqliteStore.open(folder / "sweep.db")
        with pytest.raises(StoreError, match=r"(?i)other\.db cannot be .*read-only"):
            SqliteStore.create(folder / "other.db")


class Banner:
    """What was told of the disk, and a way to wait for the next telling."""

    def __init__(self) -> None:
        self.told: list[tuple[bool, str]] = []
        self._changed = asyncio.Event()

    def show(self, full: bool, text: str) -> None:
        self.told.append((full, text))
        self._changed.set()

    async def until(self, full: bool) -> None:
        while not self.told or self.told[-1][0] != full:
            self._changed.clear()
            await self._changed.wait()


@pytest.fixture
def banner() -> Banner:
    return Banner()


Answer = Callable[[BaseException | None], None]


def into(answers: list[tuple[int, BaseException | None]], n: int) -> Answer:
    return lambda error: answers.append((n, error))


async def test_the_writer_keeps_everything_while_the_disk_is_full(
    disk: Path, banner: Banner
) -> None:
    store = SqliteStore.create(disk / "sweep.db")
    ballast = fill(disk)
    writer = StoreWriter(store, directory=disk, on_full=banner.show, floor=0, retry_s=3600)
    answers: list[tuple[int, BaseException | None]] = []
    for n in range(10):
        writer.submit(big(n), into(answers, n))
    await banner.until(full=True)
    assert "no space left" in banner.told[-1][1]
    writer.submit(big(10), into(answers, 10))

    ballast.unlink()
    writer.poke()
    await writer.flush()
    await banner.until(full=False)
    assert answers == [(n, None) for n in range(11)]
    writer.close()
    with closing(open_reader(disk / "sweep.db")) as reader:
        assert_holds_exactly(reader, 11)


async def test_the_writer_notices_by_itself_that_space_returned(disk: Path, banner: Banner) -> None:
    store = SqliteStore.create(disk / "sweep.db")
    ballast = fill(disk)
    writer = StoreWriter(store, directory=disk, on_full=banner.show, floor=0, retry_s=0.02)
    answers: list[tuple[int, BaseException | None]] = []
    writer.submit(big(0), into(answers, 0))
    await banner.until(full=True)
    ballast.unlink()
    await writer.flush()
    assert answers == [(0, None)]
    writer.close()


async def test_closing_on_a_full_disk_answers_what_cannot_be_written(
    disk: Path, banner: Banner
) -> None:
    store = SqliteStore.create(disk / "sweep.db")
    ballast = fill(disk)
    writer = StoreWriter(store, directory=disk, on_full=banner.show, floor=0, retry_s=3600)
    answer: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()
    writer.submit(big(0), answer.set_result)
    await banner.until(full=True)
    writer.close()
    assert isinstance(await answer, StoreFullError)
    ballast.unlink()
    with closing(SqliteStore.open(disk / "sweep.db")) as store:
        assert list(store.replay()) == []


async def test_a_disk_below_its_floor_is_told_until_there_is_space_again(
    disk: Path, banner: Banner
) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(b"\0" * 3_000_000)
    store = SqliteStore.create(disk / "sweep.db")
    writer = StoreWriter(store, directory=disk, on_full=banner.show, floor=2_000_000, retry_s=0.02)
    writer.submit(batch(created()), lambda error: None)
    await writer.flush()
    await banner.until(full=True)
    assert "no trial starts until there are 2 MB" in banner.told[-1][1]
    ballast.unlink()
    await banner.until(full=False)
    writer.close()

"""Looking at a sweep where it lies: beside its writer, dead, copied, or on a read-only disk."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.store.base import Logged
from engine.store.reader import open_reader
from engine.store.sqlite import SqliteStore
from tests.fakes.batches import batch, created, logged, proposed, started
from tests.fakes.disks import read_only

LOG = logged([created(), proposed(1), started(1)])


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Path]:
    """The database of a sweep whose writer lives: part of it is in the log only."""
    path = tmp_path / "live" / "sweep.db"
    path.parent.mkdir()
    with closing(SqliteStore.create(path)) as store:
        store.write_all([batch(at.event, first=at.seq) for at in LOG])
        yield path


def test_each_look_sees_what_was_committed_before_it(live: Path) -> None:
    with closing(SqliteStore.open(live)) as store, closing(open_reader(live)) as reader:
        assert list(reader.replay()) == LOG
        store.write(batch(started(2), first=4))
        assert list(reader.replay()) == [*LOG, *logged([started(2)], 4)]


def test_a_reader_beside_a_busy_writer_never_sees_half_a_batch(tmp_path: Path) -> None:
    path = tmp_path / "sweep.db"
    store = SqliteStore.create(path)
    written = threading.Event()

    def write() -> None:
        for n in range(300):
            store.write(batch(started(1), started(2), started(3), first=1 + 3 * n))
        written.set()

    writer = threading.Thread(target=write)
    writer.start()
    looks = []
    with closing(open_reader(path)) as reader:
        while not written.is_set():
            looks.append(len(list(reader.replay())))
    writer.join()
    store.close()
    assert all(count % 3 == 0 for count in looks)
    assert looks == sorted(looks)


@pytest.mark.parametrize("shared_memory", [True, False], ids=["with shm", "without shm"])
def test_the_folder_of_a_killed_engine_is_read_with_its_log(
    live: Path, tmp_path: Path, shared_memory: bool
) -> None:
    copy = _copied(live, tmp_path, shared_memory)
    before = copy.read_bytes()
    assert _read(copy) == LOG
    assert copy.read_bytes() == before


@pytest.mark.parametrize("shared_memory", [True, False], ids=["with shm", "without shm"])
def test_a_killed_engines_folder_on_a_read_only_disk_is_read_with_its_log(
    live: Path, tmp_path: Path, shared_memory: bool
) -> None:
    copy = _copied(live, tmp_path, shared_memory)
    with read_only(copy.parent):
        assert _read(copy) == LOG


def test_a_closed_sweep_on_a_read_only_disk_is_read_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "closed" / "sweep.db"
    path.parent.mkdir()
    with closing(SqliteStore.create(path)) as store:
        store.write(batch(*(at.event for at in LOG)))
    with read_only(path.parent):
        assert _read(path) == LOG
        assert [entry.name for entry in path.parent.iterdir()] == ["sweep.db"]


def test_a_private_copy_does_not_outlive_its_reader(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    copy = _copied(live, tmp_path, shared_memory=False)
    with read_only(copy.parent):
        reader = open_reader(copy)
        assert len(list(scratch.iterdir())) == 1
        reader.close()
    assert list(scratch.iterdir()) == []


def test_a_sweep_that_resumes_is_followed_by_who_looked_before(tmp_path: Path) -> None:
    path = tmp_path / "sweep.db"
    with closing(SqliteStore.create(path)) as store:
        store.write(batch(created()))
    with closing(open_reader(path)) as reader:
        assert len(list(reader.replay())) == 1
        with closing(SqliteStore.open(path)) as store:
            store.write(batch(started(1), first=2))
        assert len(list(reader.replay())) == 2


def _copied(live: Path, tmp_path: Path, shared_memory: bool) -> Path:
    copy = tmp_path / "copy"
    shutil.copytree(live.parent, copy)
    assert (copy / "sweep.db-wal").stat().st_size > 0
    if not shared_memory:
        (copy / "sweep.db-shm").unlink()
    return copy / "sweep.db"


def _read(path: Path) -> list[Logged]:
    with closing(open_reader(path)) as reader:
        return list(reader.replay())

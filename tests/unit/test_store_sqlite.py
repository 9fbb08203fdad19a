"""The database file: made whole, checked when opened, migrated with a copy kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.errors import StoreCorruptError, StoreError, StoreNewerError
from engine.store.base import Batch
from engine.store.migrations import MIGRATIONS
from engine.store.reader import open_reader
from engine.store.sqlite import SqliteStore
from tests.fakes.batches import (
    batch,
    created,
    logged,
    reported,
    seen,
    started,
    trial_view,
    used,
)

NEWEST = len(MIGRATIONS)
NOTES = (*MIGRATIONS, ("CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('kept')"))
BROKEN = (*MIGRATIONS, ("CREATE TABLE notes (text TEXT)", "INSERT INTO nowhere VALUES (1)"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a sweep #1?" / "sweep.db"


@pytest.fixture
def written(path: Path) -> Path:
    """The path of a closed sweep with one event."""
    path.parent.mkdir()
    store = SqliteStore.create(path)
    store.write(batch(created()))
    store.close()
    return path


def test_a_closed_sweep_is_one_file_and_opens_with_all_it_held(written: Path) -> None:
    assert [entry.name for entry in written.parent.iterdir()] == ["sweep.db"]
    with closing(SqliteStore.open(written)) as store:
        assert list(store.replay()) == logged([created()])
        store.write(batch(started(1), first=2))
        assert list(store.replay()) == logged([created(), started(1)])


def test_a_sweep_is_not_created_over_another(written: Path) -> None:
    with pytest.raises(StoreError, match="exists already"):
        SqliteStore.create(written)
    with closing(open_reader(written)) as store:
        assert list(store.replay()) == logged([created()])


def test_a_draft_left_by_a_killed_creation_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    path.with_name("sweep.db.new").write_bytes(b"half a file")
    SqliteStore.create(path).close()
    assert [entry.name for entry in path.parent.iterdir()] == ["sweep.db"]


def test_a_missing_folder_is_named(path: Path) -> None:
    with pytest.raises(StoreError, match=r"sweep\.db cannot be "):
        SqliteStore.create(path)


@pytest.mark.parametrize("opened", [SqliteStore.open, open_reader])
class TestRefused:
    def test_a_missing_file(self, opened, path: Path) -> None:
        with pytest.raises(StoreError, match=r"there is no sweep database at .*sweep\.db"):
            opened(path)
        assert not path.exists()

    def test_a_file_that_is_no_database(self, opened, tmp_path: Path) -> None:
        path = tmp_path / "sweep.db"
        path.write_text("nothing like a database\n" * 500)
        with pytest.raises(StoreCorruptError, match="damaged, or is not a sweep's database"):
            opened(path)

    def test_the_database_of_another_program(self, opened, tmp_path: Path) -> None:
        path = tmp_path / "sweep.db"
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE bookmarks (url TEXT)")
        with pytest.raises(StoreCorruptError, match="another program"):
            opened(path)

    def test_a_newer_version_with_both_versions_named(self, opened, written: Path) -> None:
        with closing(sqlite3.connect(written)) as db:
            db.execute("PRAGMA user_version = 99")
        before = written.read_bytes()
        with pytest.raises(StoreNewerError, match=rf"format 99, .* up to {NEWEST}: upgrade"):
            opened(written)
        assert written.read_bytes() == before


def test_a_damaged_file_is_not_written_to(written: Path) -> None:
    with closing(SqliteStore.open(written)) as store:
        store.write(batch(*(reported(1, range(2000)) for _ in range(3)), first=2))
    size = written.stat().st_size
    with written.open("r+b") as file:
        file.seek(size // 2 // 4096 * 4096)
        file.write(b"\xff" * 8192)
    with pytest.raises(StoreCorruptError, match="is damaged"):
        SqliteStore.open(written)


@pytest.mark.parametrize("whole_up_to", [0, 10**9])
def test_damage_to_the_log_is_found_in_files_of_any_size(
    written: Path, whole_up_to: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.sqlite.FULL_CHECK_BYTES", whole_up_to)
    with closing(SqliteStore.open(written)) as store:
        store.write(batch(*(started(n) for n in range(1000)), first=2))
    with written.open("r+b") as file:
        file.seek(-4096, 2)
        file.write(b"\xff" * 4096)
    with pytest.raises(StoreCorruptError, match="is damaged"):
        SqliteStore.open(written)


def test_an_older_file_is_migrated_after_a_copy(written: Path) -> None:
    with closing(SqliteStore.open(written, NOTES)) as store:
        assert list(store.replay()) == logged([created()])
    assert _user_version(written) == NEWEST + 1
    copy = written.with_name(f"sweep.db.v{NEWEST}.backup")
    assert _user_version(copy) == NEWEST
    with closing(open_reader(copy)) as store:
        assert list(store.replay()) == logged([created()])


def test_a_migration_that_fails_changes_nothing(written: Path) -> None:
    with pytest.raises(StoreError, match="no such table: nowhere"):
        SqliteStore.open(written, BROKEN)
    assert _user_version(written) == NEWEST
    with closing(SqliteStore.open(written)) as store:
        assert list(store.replay()) == logged([created()])


def test_an_older_file_is_read_without_being_migrated(written: Path) -> None:
    before = written.read_bytes()
    with closing(open_reader(written, NOTES)) as store:
        assert list(store.replay()) == logged([created()])
    assert written.read_bytes() == before


def test_an_event_is_on_the_disk_before_it_counts_and_reports_need_not_be(path: Path) -> None:
    path.parent.mkdir()
    with closing(SqliteStore.create(path)) as store:
        store.write(batch(started(1)))
        assert _synchronous(store) == 2
        store.write(Batch(events=logged([reported(1, [1])], 2), trials=[trial_view(1)]))
        assert _synchronous(store) == 1
        store.write(Batch(meta={"config": "{}"}))
        assert _synchronous(store) == 2
        store.write(Batch(usage=[used(1, 1.0)], device_samples=[seen("gpu0", 1.0)]))
        assert _synchronous(store) == 1


def test_a_sample_costs_a_small_row(written: Path) -> None:
    usage = [used(1, 1.7e9 + n / 4, util=75.0, memory=40_000_000_000) for n in range(5000)]
    devices = [seen("gpu0", 1.7e9 + n / 4, util=75.0, temperature=61.0) for n in range(5000)]
    before = written.stat().st_size
    with closing(SqliteStore.open(written)) as store:
        store.write(Batch(usage=usage, device_samples=devices))
    assert written.stat().st_size - before < 10_000 * 45


def test_a_write_refused_for_another_programs_lock_names_it(written: Path, monkeypatch) -> None:
    monkeypatch.setattr("engine.store.sqlite.BUSY_TIMEOUT_S", 0.01)
    store = SqliteStore.open(written)
    with closing(_locked(written)), pytest.raises(StoreError, match="locked by another program"):
        store.write(batch(started(1), first=2))
    store.write(batch(started(1), first=2))
    store.close()


def _locked(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    return db


def _user_version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def _synchronous(store: SqliteStore) -> int:
    return store._db.execute("PRAGMA synchronous").fetchone()[0]

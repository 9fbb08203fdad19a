"""Looking at a sweep's database without touching it, wherever it lies."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.errors import StoreError

from .base import StoreReader
from .failures import primary, translated
from .filesystem import require_file
from .migrations import MIGRATIONS, Migration, checked_version, migrate
from .queries import SqliteQueries

BUSY_TIMEOUT_S = 5.0

_TABLE = "CREATE TABLE"

_CANNOT_SHARE = (
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
)
"""What a folder that cannot hold the log's shared memory answers."""


def open_reader(path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> StoreReader:
    """Open a sweep's database to look at it, beside a writer or without one.

    Raises StoreError where there is none, it is not ours, or a newer version wrote it.
    """
    require_file(path)
    with ExitStack() as stack, translated(path):
        db = _connect(path, stack)
        version = checked_version(db, path, migrations)
        if not version:
            raise StoreError(f"{path} is empty: its sweep never began")
        if version < len(migrations):
            db = _up_to_date(db, version, migrations, stack)
        return _Reader(db, path, stack.pop_all())


class _Reader(SqliteQueries):
    """Queries that let go of all that was opened for them."""

    def __init__(self, db: sqlite3.Connection, path: Path, resources: ExitStack) -> None:
        super().__init__(db, path)
        self._resources = resources

    def close(self) -> None:
        self._resources.close()


def _connect(path: Path, stack: ExitStack) -> sqlite3.Connection:
    """Open the file as its folder allows: shared with a writer, as it lies, or as a copy."""
    try:
        return _opened(path, "mode=ro", stack)
    except sqlite3.OperationalError as error:
        if primary(error.sqlite_errorcode) not in _CANNOT_SHARE:
            raise
    if not _has_log(path):
        return _opened(path, "mode=ro&immutable=1", stack)
    return _opened(_private_copy(path, stack), "mode=ro", stack)


def _opened(path: Path, how: str, stack: ExitStack) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        db.close()
        raise
    stack.callback(db.close)
    return db


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _has_log(path: Path) -> bool:
    log = _log_of(path)
    return log.exists() and log.stat().st_size > 0


def _private_copy(path: Path, stack: ExitStack) -> Path:
    """Copy the file and its log to where the log can be read."""
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="tui-tuner-")))
    copy = folder / path.name
    try:
        shutil.copyfile(path, copy)
        shutil.copyfile(_log_of(path), _log_of(copy))
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    return copy


def _up_to_date(
    db: sqlite3.Connection, version: int, migrations: Sequence[Migration], stack: ExitStack
) -> sqlite3.Connection:
    """Have an older file look like one of today. Where it merely lacks tables, these are empty."""
    steps = [statement for statements in migrations[version:] for statement in statements]
    if not all(statement.startswith(_TABLE) for statement in steps):
        return _migrated_copy(db, version, migrations, stack)
    for statement in steps:
        db.execute(statement.replace(_TABLE, "CREATE TEMP TABLE", 1))
    return db


def _migrated_copy(
    db: sqlite3.Connection, version: int, migrations: Sequence[Migration], stack: ExitStack
) -> sqlite3.Connection:
    """Bring a copy in memory up to date: a reader may not touch the file."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    stack.callback(copy.close)
    db.backup(copy)
    migrate(copy, version, migrations)
    return copy

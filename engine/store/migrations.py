"""The tables of a sweep's database, and the steps from each version of them to the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from engine.errors import StoreCorruptError, StoreNewerError

APPLICATION_ID = 0x7475_6E65
"""Marks the file as ours: 'tune' in ASCII."""

Migration = tuple[str, ...]
"""The statements that lead from one version to the next."""

_VERSION_1: Migration = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        trial INTEGER,
        body BLOB NOT NULL
    )""",
    # A `ReportsArrived` without its reports, which are the next `reports` rows of the table below.
    """CREATE TABLE arrivals (
        seq INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        trial INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        reports INTEGER NOT NULL,
        rejected INTEGER NOT NULL,
        complaint TEXT
    )""",
    """CREATE TABLE reports (
        id INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        trial INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        step INTEGER NOT NULL,
        at REAL NOT NULL,
        metrics BLOB NOT NULL
    )""",
    # An index ends with the row's id: this is (trial, id).
    "CREATE INDEX reports_by_trial ON reports (trial)",
    """CREATE TABLE offsets (
        trial INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        file TEXT NOT NULL,
        offset INTEGER NOT NULL,
        PRIMARY KEY (trial, attempt, file)
    ) WITHOUT ROWID""",
    "CREATE TABLE trials (number INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    "CREATE TABLE sweep (id INTEGER PRIMARY KEY CHECK (id = 1), body BLOB NOT NULL)",
)

# One row a sample, clustered by what it is of: no index, and a device's label is stored once.
_VERSION_2: Migration = (
    """CREATE TABLE usage (
        trial INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        at REAL NOT NULL,
        util REAL,
        memory INTEGER,
        cpu REAL,
        PRIMARY KEY (trial, attempt, at)
    ) WITHOUT ROWID""",
    "CREATE TABLE devices (id INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE)",
    """CREATE TABLE device_samples (
        device INTEGER NOT NULL,
        at REAL NOT NULL,
        util REAL,
        mem_used INTEGER,
        temperature REAL,
        power REAL,
        PRIMARY KEY (device, at)
    ) WITHOUT ROWID""",
)

MIGRATIONS: tuple[Migration, ...] = (_VERSION_1, _VERSION_2)
"""The n-th leads from version n to n + 1; version 0 is the empty file. Only ever append."""


def checked_version(
    db: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS
) -> int:
    """Give the version of the tables; 0 for a file that holds nothing yet.

    Raises StoreNewerError for a version we do not know, StoreCorruptError for a file of another
    program.
    """
    application = _number(db, "PRAGMA application_id")
    version = _number(db, "PRAGMA user_version")
    tables = _number(db, "SELECT count(*) FROM sqlite_schema")
    if application != APPLICATION_ID and (tables or version or application):
        raise StoreCorruptError(f"{path} is the database of another program, not a sweep's")
    if version > len(migrations):
        raise StoreNewerError(
            f"{path} has format {version}, and this tui-tuner knows formats up to "
            f"{len(migrations)}: upgrade it (pip install --upgrade tui-tuner) to open this sweep"
        )
    return version


def migrate(
    db: sqlite3.Connection,
    version: int,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> None:
    """Bring the tables from `version` to the newest, all or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        for statements in migrations[version:]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(migrations)}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def back_up(db: sqlite3.Connection, path: Path, version: int) -> Path:
    """Copy the database, log included, to a file beside it that names its version."""
    copy = path.with_name(f"{path.name}.v{version}.backup")
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(copy)) as target:
        db.backup(target)
    return copy


def _number(db: sqlite3.Connection, question: str) -> int:
    (answer,) = db.execute(question).fetchone()
    return int(answer)

"""The store of a sweep on disk: one SQLite file in write-ahead-log mode, one writer."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from msgspec.structs import astuple

from engine.core.events import ReportsArrived
from engine.core.model import trial_number
from engine.errors import StoreCorruptError

from .base import Batch, Logged, Store
from .codec import encode_event, encode_metrics, encode_sweep, encode_trial
from .creation import create_database
from .failures import translated
from .filesystem import refuse_network, require_file
from .migrations import MIGRATIONS, Migration, back_up, checked_version, migrate
from .queries import Row, SqliteQueries

BUSY_TIMEOUT_S = 30.0
FULL_CHECK_BYTES = 32_000_000
"""Files up to this size are checked whole at open; of larger ones only the tables of the state."""

_ADD_DEVICE = (
    "INSERT INTO devices (label) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM devices WHERE label = ?)"
)
_ADD_DEVICE_SAMPLE = (
    "INSERT OR IGNORE INTO device_samples "
    "VALUES ((SELECT id FROM devices WHERE label = ?), ?, ?, ?, ?, ?)"
)

STATE_TABLES = ("meta", "events", "arrivals", "offsets", "trials", "sweep")


class SqliteStore(SqliteQueries, Store):
    """Writes a sweep's database, and reads it as it writes it.

    Batches that change the sweep's state are on the disk when `write` returns; batches of reports
    and samples alone reach it within moments: a power cut takes reports back together with their
    offsets, and they are read from the attempts' files again.
    """

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        super().__init__(db, path)
        self._synchronous = ""

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make the database of a new sweep. Raises StoreError where there is one already."""
        refuse_network(path.parent)
        create_database(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> Self:
        """Open a sweep's database for writing, migrating an older one after a backup copy.

        Raises StoreNewerError, StoreCorruptError, or StoreError where it cannot be written.
        """
        require_file(path)
        refuse_network(path.parent)
        with translated(path):
            db = _connect(path)
            try:
                _prepare(db, path, migrations)
            except BaseException:
                db.close()
                raise
        return cls(db, path)

    def write(self, batch: Batch) -> None:
        events, arrivals, reports = _log_rows(batch.events)
        with translated(self._path):
            self._synchronize("FULL" if events or batch.meta else "NORMAL")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._append(events, arrivals, reports)
                self._update(batch)
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _synchronize(self, level: str) -> None:
        if level != self._synchronous:
            self._db.execute(f"PRAGMA synchronous = {level}")
            self._synchronous = level

    def _append(self, events: list[Row], arrivals: list[Row], reports: list[Row]) -> None:
        many = self._db.executemany
        if events:
            many("INSERT INTO events VALUES (?, ?, ?, ?, ?)", events)
        if arrivals:
            many("INSERT INTO arrivals VALUES (?, ?, ?, ?, ?, ?, ?)", arrivals)
        if reports:
            many("INSERT INTO reports VALUES (NULL, ?, ?, ?, ?, ?, ?)", reports)

    def _update(self, batch: Batch) -> None:
        many = self._db.executemany
        if batch.offsets:
            rows = [(o.trial, o.attempt, o.file, o.offset) for o in batch.offsets]
            many("INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?)", rows)
        if batch.trials:
            views = [(trial_number(view.id), encode_trial(view)) for view in batch.trials]
            many("INSERT OR REPLACE INTO trials VALUES (?, ?)", views)
        if batch.meta:
            many("INSERT OR REPLACE INTO meta VALUES (?, ?)", batch.meta.items())
        if batch.sweep is not None:
            many("INSERT OR REPLACE INTO sweep VALUES (1, ?)", [(encode_sweep(batch.sweep),)])
        if batch.usage or batch.device_samples:
            self._add_samples(batch)

    def _add_samples(self, batch: Batch) -> None:
        many = self._db.executemany
        many("INSERT OR IGNORE INTO usage VALUES (?, ?, ?, ?, ?, ?)", map(astuple, batch.usage))
        labels = dict.fromkeys(sample.device for sample in batch.device_samples)
        many(_ADD_DEVICE, ((label, label) for label in labels))
        many(_ADD_DEVICE_SAMPLE, map(astuple, batch.device_samples))


def _log_rows(log: list[Logged]) -> tuple[list[Row], list[Row], list[Row]]:
    """Turn events into rows of the tables `events`, `arrivals` and `reports`."""
    events: list[Row] = []
    arrivals: list[Row] = []
    reports: list[Row] = []
    for logged in log:
        seq, event = logged.seq, logged.event
        if not isinstance(event, ReportsArrived):
            kind = event.__struct_config__.tag
            trial = getattr(event, "trial", None)
            events.append((seq, event.at, kind, trial, encode_event(event)))
            continue
        trial, attempt, new = event.trial, event.attempt, event.reports
        arrivals.append((seq, event.at, trial, attempt, len(new), event.rejected, event.complaint))
        reports += [(seq, trial, attempt, r.step, r.at, encode_metrics(r.metrics)) for r in new]
    return events, arrivals, reports


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )


def _prepare(db: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    """Make sure that the file is ours, writable, sound and of the newest version."""
    version = checked_version(db, path, migrations)
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA journal_size_limit = 16000000")
    db.execute("BEGIN IMMEDIATE")
    db.execute("ROLLBACK")
    _check(db, path)
    if version < len(migrations):
        if version:
            back_up(db, path, version)
        migrate(db, version, migrations)


def _check(db: sqlite3.Connection, path: Path) -> None:
    """Raise StoreCorruptError where the file's pages do not fit together."""
    small = os.path.getsize(path) <= FULL_CHECK_BYTES
    for table in ("",) if small else STATE_TABLES:
        (found,) = db.execute(f"PRAGMA quick_check({table or 1})").fetchone()
        if found != "ok":
            raise StoreCorruptError(
                f"{path} is damaged ({found}): restore it from a copy; the trials' own files in "
                "trials/ are untouched"
            )

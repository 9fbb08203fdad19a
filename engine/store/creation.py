"""How a sweep's database comes to be: complete from the first instant it has its name."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from errno import EDQUOT, ENOSPC
from pathlib import Path

from engine.errors import StoreError, StoreFullError

from .failures import translated
from .migrations import migrate


def create_database(path: Path) -> None:
    """Make an empty database of the newest version, or nothing.

    Raises StoreError where the file exists or its folder cannot be written.
    """
    draft = path.with_name(f"{path.name}.new")
    try:
        if path.exists():
            raise StoreError(f"{path} exists already: a new sweep needs a new folder")
        draft.unlink(missing_ok=True)
        with translated(path):
            _fill(draft)
        os.replace(draft, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _refusal(error, path) from error


def _fill(draft: Path) -> None:
    with closing(sqlite3.connect(draft, isolation_level=None)) as db:
        migrate(db, 0)
        db.execute("PRAGMA journal_mode = WAL")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refusal(error: OSError, path: Path) -> StoreError:
    if error.errno in (ENOSPC, EDQUOT):
        return StoreFullError(f"no space left to create {path}: free some space on its disk")
    return StoreError(f"{path} cannot be created: {error.strerror}")

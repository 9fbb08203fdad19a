"""What SQLite's error codes mean to a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import StoreCorruptError, StoreError, StoreFullError

from .filesystem import free_bytes

NEARLY_FULL_BYTES = 1_000_000
"""With less free space than this, a failed write is put down to the full disk."""

_REFUSED = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DISK_REFUSED = (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the file into ours; errors of our own making pass untouched."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None or isinstance(error, sqlite3.IntegrityError):
            raise
        raise _meaning(error, code, path) from error


def primary(code: int) -> int:
    """Give the primary code of an extended one."""
    return code & 0xFF


def _meaning(error: sqlite3.Error, code: int, path: Path) -> StoreError:
    kind = primary(code)
    if kind == sqlite3.SQLITE_FULL or code in _DISK_REFUSED or _starved(kind, path):
        return StoreFullError(f"no space left to write {path}: free some space on its disk")
    if kind in _DAMAGED:
        return StoreCorruptError(
            f"{path} is damaged, or is not a sweep's database ({error}): restore it from a copy"
        )
    if kind in _REFUSED:
        return StoreError(
            f"{path} cannot be opened or written ({error}): check the permissions of the file and "
            "its folder, and that the disk is not mounted read-only"
        )
    if kind in _LOCKED:
        return StoreError(f"{path} is locked by another program: close it there and try again")
    return StoreError(f"{path} cannot be used: {error}")


def _starved(kind: int, path: Path) -> bool:
    """Say whether a full disk explains an error that does not name its cause."""
    if kind not in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return False
    try:
        return free_bytes(path.parent) < NEARLY_FULL_BYTES
    except OSError:
        return False

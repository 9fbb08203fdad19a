"""How far one growing file has been read, and what is new in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

CHUNK = 1 << 18
"""Bytes read at once."""
MAX_LINE = 1 << 20
MAX_REDRAWN = 1 << 16
"""A line redrawn by carriage returns is taken in pieces once it is longer than this."""


class Chunk(NamedTuple):
    """New whole lines, joined by newlines; `complaints` say what went wrong on the way."""

    text: bytes
    complaints: tuple[str, ...] = ()


class Cursor:
    """Reads the new whole lines of a file that another process appends to. Not thread-safe.

    Every byte before `offset` has been given out or complained of; `more` says that another
    `read` will find something. A file that became shorter or was replaced is read again from its
    start, and `restarts` counts that. A line over MAX_LINE bytes is skipped.
    """

    def __init__(self, path: str, offset: int = 0) -> None:
        self.offset = offset
        self.more = False
        self.restarts = 0
        self._path = path
        self._name = os.path.basename(path)
        self._size = -1
        self._inode: int | None = None
        self._scanned: int | None = None
        """While an overlong line is skipped: up to where its end was looked for."""
        self._error: str | None = None

    def read(self) -> Chunk | None:
        """Give what is new, at most a chunk; None where nothing is, which costs one stat."""
        return self._guarded(self._read)

    def read_rest(self) -> Chunk | None:
        """Give the unterminated rest of a file that nobody writes any more."""
        return self._guarded(self._read_rest)

    def _guarded(self, read: Callable[[], Chunk]) -> Chunk | None:
        try:
            chunk = read()
        except FileNotFoundError:
            return None
        except OSError as error:
            return self._complain_once(f"cannot read {self._name}: {error.strerror}")
        self._error = None
        return chunk if chunk.text or chunk.complaints else None

    def _read(self) -> Chunk:
        found = os.stat(self._path)
        if found.st_size == self._size and found.st_ino == self._inode and not self.more:
            return _NOTHING
        complaints = self._notice(found)
        taken = self._take() if self._scanned is None else self._skip()
        return Chunk(taken.text, complaints + taken.complaints)

    def _notice(self, found: os.stat_result) -> tuple[str, ...]:
        replaced = self._inode not in (None, found.st_ino)
        shorter = found.st_size < self.offset
        self._size, self._inode = found.st_size, found.st_ino
        if not (replaced or shorter):
            return ()
        self.offset, self._scanned = 0, None
        self.restarts += 1
        how = "was replaced" if replaced else "became shorter"
        return (f"{self._name} {how}: read again from its start",)

    def _take(self) -> Chunk:
        data = self._at(self.offset, CHUNK)
        end = self._end(data)
        if not end and len(data) == CHUNK:
            data = self._at(self.offset, MAX_LINE + 1)
            end = self._end(data)
            if not end and len(data) > MAX_LINE:
                self._scanned = self.offset + len(data)
        self.more = self.offset + len(data) < self._size
        self.offset += end
        return Chunk(data[:end])

    def _end(self, data: bytes) -> int:
        """How many bytes of `data` are whole lines."""
        return data.rfind(b"\n") + 1

    def _skip(self) -> Chunk:
        assert self._scanned is not None
        data = self._at(self._scanned, CHUNK)
        end = data.find(b"\n") + 1
        self._scanned += end or len(data)
        self.more = self._scanned < self._size
        return self._skipped(self._scanned) if end else _NOTHING

    def _skipped(self, end: int) -> Chunk:
        length = end - self.offset
        self.offset, self._scanned = end, None
        return Chunk(b"", (f"{self._name}: a line of {length} bytes skipped",))

    def _read_rest(self) -> Chunk:
        if self._scanned is not None:
            return self._skipped(max(self._scanned, self._size))
        data = self._at(self.offset, MAX_LINE + 1)
        self.offset += len(data)
        return Chunk(data)

    def _at(self, offset: int, length: int) -> bytes:
        fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            return os.pread(fd, length, offset)
        finally:
            os.close(fd)

    def _complain_once(self, text: str) -> Chunk | None:
        if text == self._error:
            return None
        self._error = text
        return Chunk(b"", (text,))


class RedrawnCursor(Cursor):
    """Reads a terminal's output, where progress bars redraw one line for ever without ending it."""

    def _end(self, data: bytes) -> int:
        end = super()._end(data)
        return end if end or len(data) < MAX_REDRAWN else data.rfind(b"\r") + 1


_NOTHING = Chunk(b"")

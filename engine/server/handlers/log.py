"""What a trial printed."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

from engine.core.views import TrialView
from engine.errors import NotFoundError, TunerError
from engine.protocol.messages import LogChunk, ReadLog
from engine.text import clean, last_drawn

from .base import Viewer

LONGEST = 1 << 20
_REST_OF_CHARACTER = range(0x80, 0xC0)


async def read_log(viewer: Viewer, request: ReadLog) -> LogChunk:
    """Read a piece of an attempt's output; without a file yet it is empty."""
    row = viewer.source.trial(request.trial)
    newest = max((a.n for a in row.attempt_list), default=0)
    n = newest if request.attempt is None else request.attempt
    if request.attempt is not None and all(a.n != n for a in row.attempt_list):
        raise NotFoundError(f"{row.id} has no attempt {n}: it has had {newest}")
    folder = viewer.source.directory / "trials" / f"{request.trial:04d}" / "attempts" / str(n)
    running = _runs(row, n)
    return await asyncio.to_thread(
        _read, folder / "output.log", n, request.offset, request.limit, running
    )


def _runs(row: TrialView, n: int) -> bool:
    return row.state == "running" and bool(row.attempt_list) and row.attempt_list[-1].n == n


def _read(path: Path, attempt: int, offset: int, limit: int, running: bool) -> LogChunk:
    limit = min(max(limit, 1), LONGEST)
    try:
        size, start, data = _piece(path, offset, limit)
    except FileNotFoundError:
        size, start, data = 0, 0, b""
    except OSError as error:
        raise TunerError(f"cannot read {clean(str(path))}: {error.strerror}") from None
    begun = _begun_before(data) if start else 0
    start, data = start + begun, data[begun:]
    if start + len(data) < size or running:
        data = _whole_characters(data)
    text = _without_overwritten(data.decode(errors="replace"))
    parts = [clean(part, limit=len(part) + 1, lines=True) for part in text.split("\r")]
    return LogChunk(
        attempt=attempt,
        text="\r".join(parts),
        offset=start,
        next=start + len(data),
        size=size,
        running=running,
    )


def _without_overwritten(text: str) -> str:
    """Leave out what was redrawn within a piece, keep the returns that concern its neighbours."""
    if "\r" not in text:
        return text
    lines = text.split("\n")
    drawn = [last_drawn(line) for line in lines]
    if "\r" in lines[0].rstrip("\r"):
        drawn[0] = "\r" + drawn[0]
    if lines[-1].endswith("\r"):
        drawn[-1] += "\r"
    return "\n".join(drawn)


def _piece(path: Path, offset: int, limit: int) -> tuple[int, int, bytes]:
    """Give the file's size, where the piece starts, and its bytes.

    An offset from the end starts with the next whole line, where there is one.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise FileNotFoundError(path)
        size = found.st_size
        start = min(offset, size) if offset >= 0 else max(0, size + offset)
        file.seek(start)
        data = file.read(limit)
    if offset < 0 and start > 0:
        cut = data.find(b"\n") + 1
        start, data = start + cut, data[cut:]
    return size, start, data


def _begun_before(data: bytes) -> int:
    """Count the first bytes that belong to a character which began before the piece."""
    return next((n for n, byte in enumerate(data[:4]) if byte not in _REST_OF_CHARACTER), 0)


def _whole_characters(data: bytes) -> bytes:
    """Leave out the beginning of a character whose rest is not there yet."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte in _REST_OF_CHARACTER:
            continue
        needed = 1 if byte < 0x80 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
        return data if needed <= back or back == len(data) else data[:-back]
    return data

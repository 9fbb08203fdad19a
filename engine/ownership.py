"""One engine a sweep: whoever holds `engine.lock` (flock) is it."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from engine.errors import EngineRunningError, TunerError

LOCK_NAME = "engine.lock"
LOOKS_OUTLASTED = 20


class Ownership:
    """Holds a sweep's lock from `take` until the process ends, however it ends."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def take(cls, sweep: Path) -> Ownership:
        """Become the sweep's engine. Raises EngineRunningError with the other's pid."""
        try:
            fd = os.open(sweep / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise TunerError(f"cannot open {sweep / LOCK_NAME}: {error.strerror}") from None
        if not _locked(fd):
            os.close(fd)
            raise EngineRunningError(_pid_in(sweep))
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        return cls(fd)

    def release(self) -> None:
        """Let another engine take over."""
        os.close(self._fd)


def _locked(fd: int) -> bool:
    """Take the lock; a look at it by `engine_pid` holds it for microseconds, so try again."""
    for _ in range(LOOKS_OUTLASTED):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)
        else:
            return True
    return False


def engine_pid(sweep: Path) -> int | None:
    """The pid of the sweep's engine, or None where none holds the lock."""
    try:
        fd = os.open(sweep / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid_in(sweep) or 0
    finally:
        os.close(fd)
    return None


def _pid_in(sweep: Path) -> int | None:
    try:
        return int((sweep / LOCK_NAME).read_text().strip())
    except (OSError, ValueError):
        return None

"""Appends lines to a file that another process follows, whatever happens to the disk."""

from __future__ import annotations

import errno
import os
import threading
import time

from .say import say

MAX_UNSENT = 10_000
_CHECK_EVERY_S = 1.0
_RETRY_S = 0.5


class Reporter:
    """Sends lines to `path`, one write a line, and never raises for I/O.

    What cannot be written now (full disk, folder gone) is kept and sent with a later line, or at
    exit, which waits while the disk is full; of more than MAX_UNSENT lines the oldest are dropped.
    Safe from any thread, and in forked children, which write to the same file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._fd = -1
        self._checked = 0.0
        self._torn = False
        self._unsent: list[bytes] = []
        self._warned = False
        self._disk_full = False
        os.register_at_fork(after_in_child=self._start_anew)

    def send(self, line: bytes) -> None:
        """Write one line, which ends in a newline."""
        with self._lock:
            self._unsent.append(line)
            self.flush()

    def flush(self) -> None:
        """Try to write what is still unsent."""
        with self._lock:
            if not self._unsent:
                return
            try:
                self._check_file()
                while self._unsent:
                    self._write(self._unsent.pop(0))
                self._warned = False
            except OSError as error:
                self._put_off(error)

    def _check_file(self) -> None:
        now = time.monotonic()
        if self._fd >= 0 and now - self._checked < _CHECK_EVERY_S:
            return
        self._checked = now
        if self._fd >= 0 and os.fstat(self._fd).st_nlink == 0:
            self.close()
        if self._fd < 0:
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def _write(self, line: bytes) -> None:
        data = b"\n" + line if self._torn else line
        try:
            written = os.write(self._fd, data)
        except OSError:
            self._unsent.insert(0, line)
            raise
        if written == len(data):
            self._torn = False
            return
        self._torn = self._torn or written > 0
        if written < len(data) - 1:
            self._unsent.insert(0, line)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _put_off(self, error: OSError) -> None:
        self.close()
        self._disk_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        del self._unsent[:-MAX_UNSENT]
        if not self._warned:
            self._warned = True
            _at_exit(self)
            say(f"cannot write {self.path}: {error.strerror}; reports are kept and sent later")

    def flush_patiently(self) -> None:
        """Write what is still unsent, waiting for space on a full disk."""
        self.flush()
        if self._unsent and self._disk_full:
            say(f"{len(self._unsent)} reports wait for space on the disk of {self.path}")
        while self._unsent and self._disk_full:
            time.sleep(_RETRY_S)
            self.flush()

    def close(self) -> None:
        """Let go of the file; a later line opens it again."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            try:
                os.close(fd)
            except OSError:
                return

    def _start_anew(self) -> None:
        self._lock = threading.RLock()
        self._unsent = []


def _at_exit(reporter: Reporter) -> None:
    import atexit

    atexit.unregister(reporter.flush_patiently)
    atexit.register(reporter.flush_patiently)

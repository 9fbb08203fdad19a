"""A runner's own hold on the leases of its trial's GPUs: they stay leased while the trial lives.

The files are those of `engine.devices.leases`: one line of JSON, whose `owner` is compared.
Standard library only, Python 3.8 syntax: this file also runs in the trials' interpreters.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from typing import List, Sequence

_PATIENCE_S = 2.0
"""How long a lease may be looked at by others, or be made anew by its engine."""
_TURN_S = 0.02
_LONGEST = 4096


class NotOurs(Exception):
    """A lease cannot be held; the text says why."""


def hold_all(paths: Sequence[str], owner: str) -> List[int]:
    """Hold these leases as long as the file descriptors that it gives are open.

    Raises NotOurs where one belongs to somebody else by now, or cannot be read.
    """
    held = []  # type: List[int]
    try:
        for path in paths:
            held.append(_hold(path, owner))  # noqa: PERF401 - what was held is let go on a fault
    except NotOurs:
        for fd in held:
            os.close(fd)
        raise
    return held


def _hold(path: str, owner: str) -> int:
    give_up_at = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError as fault:
            reason = "its lease cannot be read: %s: %s" % (path, fault.strerror)
            if fault.errno != errno.ENOENT:
                raise NotOurs(reason) from None
        else:
            if _lock(fd) and _is_still(fd, path):
                if _owner(fd) == owner:
                    return fd
                os.close(fd)
                raise NotOurs("its GPU was leased to another sweep before it started")
            os.close(fd)
            reason = "its GPU is being leased by others: %s" % path
        if time.monotonic() > give_up_at:
            raise NotOurs(reason)
        time.sleep(_TURN_S)


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(fd: int, path: str) -> bool:
    """Whether the path still leads to the file that was opened there."""
    try:
        return os.path.samestat(os.fstat(fd), os.lstat(path))
    except OSError:
        return False


def _owner(fd: int) -> object:
    try:
        told = json.loads(os.pread(fd, _LONGEST, 0))
    except (ValueError, RecursionError):
        return None
    return told.get("owner") if isinstance(told, dict) else None

"""Marks by which the processes of an attempt are found when nobody is left to ask.

A program started by the trial carries `TUI_TUNER_ATTEMPT_DIR` in its environment. A child forked
from a zygote shows the zygote's environment instead, so it maps the attempt's claim into memory:
forked children inherit the mapping, and closing every file does not undo it.
Standard library only, Python 3.8 syntax: this file also runs in the trials' interpreters.
"""

from __future__ import annotations

import mmap
import os

from . import procfs

VARIABLE = "TUI_TUNER_ATTEMPT_DIR"
_kept: list[mmap.mmap] = []


def mark_process(attempt_dir: str) -> None:
    """Mark this process, and every child it will fork, as belonging to the attempt."""
    with open(os.path.join(attempt_dir, "claim"), "rb") as file:
        _kept.append(mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ))


def marked_processes(attempt_dir: str) -> list[int]:
    """List the running processes that belong to the attempt, this one left out."""
    own = os.getpid()
    return [
        pid
        for pid in procfs.pids()
        if pid != own and _belongs(pid, os.path.realpath(attempt_dir)) and procfs.is_running(pid)
    ]


def _belongs(pid: int, attempt_dir: str) -> bool:
    try:
        return (
            _names(pid, attempt_dir) or _maps(pid, attempt_dir) or _writes_below(pid, attempt_dir)
        )
    except OSError:
        return False


def _names(pid: int, attempt_dir: str) -> bool:
    with open(f"/proc/{pid}/environ", "rb") as file:
        environ = file.read().split(b"\0")
    name = VARIABLE.encode() + b"="
    return any(
        entry.startswith(name) and os.path.realpath(entry[len(name) :]) == os.fsencode(attempt_dir)
        for entry in environ
    )


def _maps(pid: int, attempt_dir: str) -> bool:
    with open(f"/proc/{pid}/maps", "rb") as file:
        return b" " + os.fsencode(attempt_dir) + b"/claim\n" in file.read()


def _writes_below(pid: int, attempt_dir: str) -> bool:
    """Whether it has a file of the attempt open for writing; a reader may be anyone's `tail -f`."""
    folder = f"/proc/{pid}/fd/"
    for fd in os.listdir(folder):
        try:
            below = os.readlink(folder + fd).startswith(attempt_dir + "/")
            if below and _open_for_writing(pid, fd):
                return True
        except OSError:
            continue
    return False


def _open_for_writing(pid: int, fd: str) -> bool:
    with open(f"/proc/{pid}/fdinfo/{fd}") as file:
        flags = next(line for line in file if line.startswith("flags:"))
    return int(flags.split()[1], 8) & os.O_ACCMODE != os.O_RDONLY

"""What /proc tells of processes, and the prctl switches of our own.

Standard library only, Python 3.8 syntax: this file also runs in the trials' interpreters.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
from contextlib import suppress

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36
_DESCRIBED = re.compile(r"\((\d+)(?:@(\d+))?\)$")
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` dies; exit at once if it already has."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the process that this one's orphaned descendants are reparented to."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def set_name(name: str) -> None:
    """Set the name that ps and top show, at most 15 bytes."""
    _libc.prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def stat(pid: int) -> list[bytes] | None:
    """Read the fields of /proc/PID/stat from the state on, or None where there is no process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            data = file.read()
    except OSError:
        return None
    return data[data.rindex(b")") + 2 :].split()


def start_time(pid: int) -> int | None:
    """When a process started, in clock ticks since boot: with the pid, it names it for good."""
    fields = stat(pid)
    return int(fields[19]) if fields else None


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    fields = stat(pid)
    return fields is not None and fields[0] not in (b"Z", b"X")


def boot_id() -> str:
    """Name this boot of the machine: start times compare only within one."""
    with open("/proc/sys/kernel/random/boot_id") as file:
        return file.read().strip()


def pids() -> list[int]:
    """List every process there is."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def children(parent: int) -> set[int]:
    """List the running children of a process."""
    found = set()
    for pid in pids():
        fields = stat(pid)
        if fields and int(fields[1]) == parent and fields[0] not in (b"Z", b"X"):
            found.add(pid)
    return found


def tree(root: int) -> dict[int, int]:
    """Give the running processes below `root`, which is not among them, and their start times."""
    told = {pid: fields for pid in pids() if (fields := stat(pid))}
    children: dict[int, list[int]] = {}
    for pid, fields in told.items():
        children.setdefault(int(fields[1]), []).append(pid)
    found: dict[int, int] = {}
    queue = [root]
    while queue:
        below = children.get(queue.pop(), [])
        queue += below
        found.update((p, int(told[p][19])) for p in below if told[p][0] not in (b"Z", b"X"))
    return found


def descendants(root: int) -> list[int]:
    """List the running processes below `root`, which is not among them."""
    return list(tree(root))


def describe(pid: int) -> str:
    """Name a process for good: 'python (1234@5678)', with its pid and its start time."""
    try:
        with open(f"/proc/{pid}/comm", "rb") as file:
            name = file.read().strip().decode(errors="replace")
    except OSError:
        name = "process"
    started = start_time(pid)
    return f"{name} ({pid})" if started is None else f"{name} ({pid}@{started})"


def is_there(description: str) -> bool:
    """Whether the process that `describe` named still runs.

    Without a start time, as descriptions were once written, the pid alone decides.
    """
    found = _DESCRIBED.search(description)
    if found is None:
        return False
    pid, started = int(found[1]), found[2]
    return is_running(pid) and (started is None or start_time(pid) == int(started))


def kill(pid: int) -> None:
    """Send SIGKILL; a process that is gone or not ours is left alone."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)

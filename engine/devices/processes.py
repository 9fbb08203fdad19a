"""Trees of processes and what they use, read from /proc."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from msgspec import Struct

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ZOMBIE = (b"Z", b"X")
_LONGEST_STAT = 4096
FULL = 15
"""Every so many looks strangers are looked at too: the number of one may have become another's."""


class Process(Struct, frozen=True):
    """One process: its parent, its CPU time with that of the children it has reaped, its memory.

    `cpu_s` is in seconds, `memory` in resident bytes, shared pages and all; `started_s` counts
    from the machine's start.
    """

    parent: int
    cpu_s: float
    memory: int
    started_s: float = 0.0


class Tree(Struct, frozen=True):
    """What the processes of a tree use together; pages that they share count once for each."""

    cpu_s: float
    memory: int
    started_s: float = 0.0
    """When its root started."""


class Census:
    """Looks at trees of processes again and again, and at what hangs from none of them but once."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc
        self._roots: frozenset[int] = frozenset()
        self._strangers: frozenset[int] = frozenset()
        self._looks = 0

    def look(self, roots: Collection[int]) -> dict[int, Tree]:
        """What hangs from each root that is there."""
        listed = _pids(self._proc)
        all_known = self._looks % FULL > 0 and self._roots.issuperset(roots)
        strangers = self._strangers & listed if all_known else frozenset()
        self._looks += 1
        self._roots = frozenset(roots)
        found = _read_all(self._proc, listed - strangers)
        children = _children(found)
        ours = {pid for root in roots if root in found for pid in _members(children, root)}
        traced = found.keys() | strangers | {0}
        new = {pid for pid, one in found.items() if one.parent in traced and pid not in ours}
        self._strangers = strangers | new
        return trees(found, roots)


def look(proc: Path = Path("/proc")) -> dict[int, Process]:
    """Every process there is, by its pid."""
    return _read_all(proc, _pids(proc))


def _pids(proc: Path) -> frozenset[int]:
    return frozenset(int(name) for name in os.listdir(proc) if name.isdigit())


def _read_all(proc: Path, pids: Iterable[int]) -> dict[int, Process]:
    read = {pid: _read(f"{proc}/{pid}/stat") for pid in pids}
    return {pid: process for pid, process in read.items() if process is not None}


def trees(processes: Mapping[int, Process], roots: Iterable[int]) -> dict[int, Tree]:
    """What hangs from each root that is there. A root's own memory is not counted: it is ours."""
    children = _children(processes)
    return {root: _tree(processes, children, root) for root in roots if root in processes}


def _children(processes: Mapping[int, Process]) -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for pid, process in processes.items():
        children.setdefault(process.parent, []).append(pid)
    return children


def _members(children: Mapping[int, list[int]], root: int) -> list[int]:
    """The processes of a tree, its root first."""
    members = [root]
    for pid in members:
        members += children.get(pid, ())
    return members


def _tree(processes: Mapping[int, Process], children: Mapping[int, list[int]], root: int) -> Tree:
    _, *below = _members(children, root)
    cpu_s = processes[root].cpu_s + sum(processes[pid].cpu_s for pid in below)
    memory = sum(processes[pid].memory for pid in below)
    return Tree(cpu_s, memory, processes[root].started_s)


def _read(path: str) -> Process | None:
    """Read a process's stat (proc(5)): fields count from the state, behind the name's bracket."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = os.read(fd, _LONGEST_STAT)
        finally:
            os.close(fd)
    except OSError:
        return None
    if b")" not in data:
        return None
    fields = data[data.rindex(b")") + 2 :].split(None, 22)
    ticks = int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])
    memory = 0 if fields[0] in _ZOMBIE else int(fields[21]) * _PAGE
    return Process(int(fields[1]), ticks / _TICKS, memory, int(fields[19]) / _TICKS)

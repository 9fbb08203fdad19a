"""Trees of processes and what they use, from one pass over /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ZOMBIE = (b"Z", b"X")


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


def look(proc: Path = Path("/proc")) -> dict[int, Process]:
    """Every process there is, by its pid."""
    found = {}
    for name in os.listdir(proc):
        if name.isdigit() and (process := _read(f"{proc}/{name}/stat")) is not None:
            found[int(name)] = process
    return found


def trees(processes: Mapping[int, Process], roots: Iterable[int]) -> dict[int, Tree]:
    """What hangs from each root that is there. A root's own memory is not counted: it is ours."""
    children: dict[int, list[int]] = {}
    for pid, process in processes.items():
        children.setdefault(process.parent, []).append(pid)
    return {root: _tree(processes, children, root) for root in roots if root in processes}


def _tree(processes: Mapping[int, Process], children: dict[int, list[int]], root: int) -> Tree:
    cpu_s, memory = processes[root].cpu_s, 0
    queue = [root]
    while queue:
        for pid in children.get(queue.pop(), ()):
            cpu_s += processes[pid].cpu_s
            memory += processes[pid].memory
            queue.append(pid)
    return Tree(cpu_s, memory, processes[root].started_s)


def _read(path: str) -> Process | None:
    """Read a process's stat (proc(5)): fields count from the state, behind the name's bracket."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    if b")" not in data:
        return None
    fields = data[data.rindex(b")") + 2 :].split()
    ticks = sum(int(field) for field in fields[11:15])
    memory = 0 if fields[0] in _ZOMBIE else int(fields[21]) * _PAGE
    return Process(int(fields[1]), ticks / _TICKS, memory, int(fields[19]) / _TICKS)

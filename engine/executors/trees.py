"""Signals to a whole tree of processes, wherever in it they have set up sessions of their own.

Standard library only, Python 3.8 syntax: this file also runs in the trials' interpreters.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from . import procfs

_HOLD_S = 1.0
"""How long a tree that forks faster than it can be stopped is tried."""
_QUIET_LOOKS = 2
"""A process whose parent dies during a look can hide from that look, not from the next one."""


def hold_tree(root: int, start_time: int) -> None:
    """Stop every process below `root`, which started at `start_time`, where it is; blocks.

    Looks again until nothing new turns up: a process may fork on while its parent is stopped.
    """
    give_up_at = time.monotonic() + _HOLD_S
    held: set[tuple[int, int]] = set()
    quiet = 0
    while quiet < _QUIET_LOOKS and time.monotonic() < give_up_at:
        new = set(_tree(root, start_time)) - held
        for pid, started in new:
            signal_process(pid, started, signal.SIGSTOP)
        held |= new
        quiet = 0 if new else quiet + 1


def continue_tree(root: int, start_time: int) -> None:
    """Let every process below `root`, which started at `start_time`, go on."""
    for pid, started in _tree(root, start_time):
        signal_process(pid, started, signal.SIGCONT)


def signal_process(pid: int, start_time: int, number: int) -> None:
    """Signal the very process that started then; one that is gone or not ours is left alone."""
    with suppress(OSError):
        if not hasattr(os, "pidfd_open") or not hasattr(signal, "pidfd_send_signal"):
            if procfs.start_time(pid) == start_time:
                os.kill(pid, number)
            return
        pidfd = os.pidfd_open(pid)
        try:
            if procfs.start_time(pid) == start_time:
                signal.pidfd_send_signal(pidfd, number)
        finally:
            os.close(pidfd)


def _tree(root: int, start_time: int) -> set[tuple[int, int]]:
    """The processes below `root` with their start times; none if `root` is another one by now."""
    found = set(procfs.tree(root).items())
    return found if procfs.start_time(root) == start_time else set()

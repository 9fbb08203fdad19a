"""What became of an attempt, as its files and its processes tell it. Blocks: not for a loop."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.core.model import Exit, Exited, Lost, NotStarted, Process, Signalled
from engine.text import clean, last_drawn

from . import marks, procfs, record
from .faults import fault_of

_TAIL_BYTES = 4096
_TAIL_LINES = 20
_KILL_S = 2.0
_TURN_S = 1.0


class Held(Struct, frozen=True, kw_only=True):
    """A runner lives. Without a start time its pid means nothing here: it is another machine's."""

    process: Process
    start_time: int | None


class NeverStarted(Struct, frozen=True):
    """The claim is ours: no runner will ever start this attempt."""


class Gone(Struct, frozen=True, kw_only=True):
    """The runner is gone without a result."""

    reason: str


class Finished(Struct, frozen=True, kw_only=True):
    """The runner told how the trial ended."""

    exit: Exit
    ended_at: float
    leftover: tuple[str, ...] = ()
    peak_memory: int | None = None


class _Told(Struct, frozen=True, kw_only=True):
    """What a runner writes to `exit.json`."""

    ended_at: float
    code: int | None = None
    signal: int | None = None
    leftover: tuple[str, ...] = ()
    error: str | None = None
    lost: str | None = None
    """Why the runner could not keep the trial's GPUs for it; the trial never began."""
    peak_memory: int | None = None


# Read by several threads at once after a restart: msgspec crashes on a type that two make ready.
msgspec.json.Decoder(_Told)


def examine(attempt_dir: Path) -> Finished | NeverStarted | Held | Gone:
    """Find out what became of an attempt, fencing it off where it never started."""
    folder = str(attempt_dir)
    if finished := read_finished(attempt_dir):
        return finished
    attempt_dir.mkdir(parents=True, exist_ok=True)
    fence = {"fenced": True, "pid": os.getpid(), "boot_id": procfs.boot_id()}
    if record.create_claim(folder, fence):
        return NeverStarted()
    claim = _await_claimant(folder)
    if claim.get("fenced"):
        return NeverStarted()
    if is_held(folder):
        return _held(claim)
    return read_finished(attempt_dir) or Gone(reason=_reason(claim))


def _await_claimant(folder: str) -> dict[str, Any]:
    """Read the claim, waiting until its writer is known to live or the lock is free.

    A dying trial may hold the lock a moment longer than its runner, and a runner takes a moment
    from creating its claim to writing it: both get a second.
    """
    give_up_at = time.monotonic() + _TURN_S
    while True:
        claim = record.read_claim(folder)
        decided = claim.get("fenced") or is_claimant(claim) or not is_held(folder)
        if decided or time.monotonic() > give_up_at:
            return claim
        time.sleep(0.005)


def _held(claim: dict[str, Any]) -> Held:
    known = is_claimant(claim)
    process = Process(
        pid=claim["pid"] if known else 0,
        start=clean(str(claim.get("start", "spawn"))),
        note=clean(str(claim["note"])) if claim.get("note") else None,
    )
    return Held(process=process, start_time=claim["start_time"] if known else None)


def _reason(claim: dict[str, Any]) -> str:
    if claim.get("boot_id", procfs.boot_id()) != procfs.boot_id():
        return "the machine was restarted"
    return "the runner died without telling how the trial ended"


def is_held(folder: str) -> bool:
    """Whether some process holds the attempt's lock."""
    lock = record.take_lock(folder)
    if lock is None:
        return True
    os.close(lock)
    return False


def is_claimant(claim: dict[str, Any]) -> bool:
    """Whether the very process that wrote the claim still runs."""
    pid = claim.get("pid")
    return (
        isinstance(pid, int)
        and claim.get("boot_id") == procfs.boot_id()
        and procfs.start_time(pid) == claim.get("start_time")
        and procfs.is_running(pid)
    )


def read_finished(attempt_dir: Path) -> Finished | None:
    """Read `exit.json`; None where there is none."""
    try:
        told = msgspec.convert(record.read_exit(str(attempt_dir)), _Told)
    except msgspec.ValidationError:
        return None
    return Finished(
        exit=_exit(told, attempt_dir),
        ended_at=told.ended_at,
        leftover=tuple(map(clean, told.leftover)),
        peak_memory=told.peak_memory or None,
    )


def kill_survivors(attempt_dir: Path) -> tuple[str, ...]:
    """Kill every process that carries the attempt's marks; name those that will not go."""
    give_up_at = time.monotonic() + _KILL_S
    folder = str(attempt_dir)
    while survivors := marks.marked_processes(folder):
        if time.monotonic() > give_up_at:
            return tuple(clean(procfs.describe(pid)) for pid in survivors)
        for pid in survivors:
            procfs.kill(pid)
        time.sleep(0.005)
    return ()


def _exit(told: _Told, attempt_dir: Path) -> Exit:
    if told.error:
        return NotStarted(reason=clean(told.error, limit=500))
    if told.lost:
        return Lost(reason=clean(told.lost, limit=500))
    tail = read_tail(attempt_dir / record.OUTPUT)
    if told.signal is not None:
        return Signalled(signal=told.signal, tail=tail)
    code = told.code or 0
    return Exited(code=code, tail=tail, fault=fault_of(attempt_dir) if code else None)


def read_tail(path: Path) -> str:
    """Read the last lines of an output, safe to show; of a redrawn line only its last state."""
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _TAIL_BYTES, 0))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    lines = [last_drawn(line) for line in text.rstrip("\n").split("\n")]
    return clean("\n".join(lines[-_TAIL_LINES:]), lines=True)

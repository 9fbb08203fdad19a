"""The machine: Python, cores, memory, and how many processes and files there may be."""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from engine.devices.cpu import usable_cores
from engine.store.filesystem import free_bytes

from .check import Check, ok, size, warn

LEAST_MEMORY = 2 * 2**30
LEAST_SHARED = 2**30
LEAST_FILES = 1024
LEAST_PROCESSES = 1024
_SHARED = Path("/dev/shm")


def host() -> Iterator[Check]:
    """What the engine and its trials run on."""
    yield ok("python", f"{platform.python_version()}, {sys.executable}")
    yield _cores()
    yield _memory()
    with suppress(OSError):
        yield _shared(free_bytes(_SHARED))
    yield limit("files", resource.RLIMIT_NOFILE, LEAST_FILES, "ulimit -n")
    yield limit("processes", resource.RLIMIT_NPROC, LEAST_PROCESSES, "ulimit -u")


def _cores() -> Check:
    usable, every = usable_cores(), os.cpu_count() or 0
    of = f" of {every}" if every > usable else ""
    return ok("cores", f"{usable}{of} usable, load {os.getloadavg()[0]:.1f}")


def _memory() -> Check:
    memory = psutil.virtual_memory()
    text = f"{size(memory.available)} of {size(memory.total)} free"
    if memory.available < LEAST_MEMORY:
        return warn("memory", text, "few trials fit: run fewer at once, --slots 1")
    return ok("memory", text)


def _shared(free: int) -> Check:
    text = f"{size(free)} free in {_SHARED}"
    if free < LEAST_SHARED:
        advice = "data loaders with workers need more: docker run --shm-size=8g, or --ipc=host"
        return warn("shared", text, advice)
    return ok("shared", text)


def limit(name: str, kind: int, least: int, command: str) -> Check:
    """Whether a limit of this shell lets a sweep have what it needs."""
    soft, hard = resource.getrlimit(kind)
    if soft == resource.RLIM_INFINITY:
        return ok(name, "no limit")
    if soft >= least:
        return ok(name, f"{soft} at most")
    can_raise = hard == resource.RLIM_INFINITY or hard >= least
    more = f"{command} {least} allows more" if can_raise else f"ask for more: {command} is {hard}"
    return warn(name, f"{soft} at most, a few for each trial", more)

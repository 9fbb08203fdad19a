"""Where things lie: sweeps, their databases, sockets, and the leases of GPUs."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.devices.leases import DIRECTORY_VARIABLE, lease_directory
from engine.lifecycle.finding import SWEEPS
from engine.lifecycle.places import state_dir
from engine.store.filesystem import filesystem_type, floor_bytes, free_bytes, refuse_network

from .check import Check, fault, guarded, ok, size, warn

LITTLE = 5 * 2**30


def places() -> Iterator[Check]:
    """Each place, whether it can be written, and how full it is."""
    yield from guarded("sweeps", lambda: [_sweeps(Path(SWEEPS))])
    yield from guarded("state", lambda: [ok("state", f"{state_dir()}, private")])
    yield _leases(lease_directory())
    yield ok("sqlite", sqlite3.sqlite_version)


def _sweeps(folder: Path) -> Check:
    there = _existing(folder.absolute())
    refuse_network(there)
    free = free_bytes(there)
    kind = filesystem_type(there)
    text = f"{folder.absolute()}: {size(free)} free" + (f" on {kind}" if kind else "")
    if not os.access(there, os.W_OK):
        advice = "go to a folder of yours, or say `tui-tuner run --dir`"
        return fault("sweeps", f"{there} cannot be written", advice)
    if free < floor_bytes():
        return fault("sweeps", text, "nothing is started below the floor: free some")
    if free < LITTLE:
        return warn("sweeps", text, "checkpoints may fill it: free some")
    return ok("sweeps", text)


def _leases(folder: Path) -> Check:
    there = _existing(folder)
    why = _unwritable(there)
    if not why:
        return ok("leases", str(folder))
    text = f"{there} cannot be written: {why}: GPUs cannot be leased, so that none is used"
    advice = (
        f"let all users write there (chmod 1777, free space), or set {DIRECTORY_VARIABLE} "
        "to one folder for all of them"
    )
    return fault("leases", text, advice)


def _unwritable(folder: Path) -> str:
    """Why a new file there takes no byte; empty where it does."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    return next(place for place in (path, *path.parents) if place.exists())

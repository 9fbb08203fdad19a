"""Real little filesystems to be full, or read-only, or both."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(where: Path, megabytes: float, files: int = 10_000) -> Iterator[Path]:
    """Mount an empty disk of this size; skips the test where mounting is not allowed."""
    where.mkdir()
    size = f"size={int(megabytes * 1024)}k,nr_inodes={files}"
    _mount("-t", "tmpfs", "-o", size, "tmpfs", where)
    try:
        yield where
    finally:
        subprocess.run(["umount", "--lazy", where], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Make a folder a read-only filesystem for a while."""
    _mount("--bind", folder, folder)
    try:
        _mount("-o", "remount,bind,ro", folder)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """Write a file that leaves no byte free; deleting it makes the space again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4096):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    return ballast


def _mount(*arguments: str | Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a filesystem")
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.strip()}")

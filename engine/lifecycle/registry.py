"""The sweeps this user has started: one small file each, forgotten once its directory is gone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from .places import state_dir

DATABASE = "sweep.db"


def remember(sweep: Path) -> None:
    """Note a sweep. A full or read-only disk is no reason to stop: the sweep is then found by
    its directory alone."""
    path = str(sweep.resolve())
    try:
        folder = state_dir() / "sweeps"
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_text(path + "\n", encoding="utf-8", errors="surrogateescape")
        draft.replace(file)
    except OSError:
        return


def remembered() -> list[Path]:
    """Give the directories of known sweeps that still exist, dropping the others."""
    found = []
    try:
        files = [file for file in (state_dir() / "sweeps").iterdir() if not file.suffix]
    except OSError:
        return []
    for file in files:
        sweep = _read(file)
        if sweep is not None and is_sweep(sweep):
            found.append(sweep)
        elif sweep is None or not sweep.exists():
            file.unlink(missing_ok=True)
    return found


def is_sweep(directory: Path) -> bool:
    """Whether a directory holds a sweep."""
    try:
        return (directory / DATABASE).is_file()
    except OSError:
        return False


def _read(file: Path) -> Path | None:
    try:
        text = file.read_text(encoding="utf-8", errors="surrogateescape").rstrip("\n")
    except OSError:
        return None
    return Path(text) if text else None

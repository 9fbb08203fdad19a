"""Gives the trials of a sweep their own copy of the SDK, so that they need no install."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from engine.errors import TunerError

PACKAGE = "tui_tuner"


def copy_sdk(sweep_dir: Path) -> Path:
    """Copy the SDK into `sweep_dir`/sdk and give that folder, meant for PYTHONPATH.

    Each file appears whole or not at all, and one that is already right is left alone, so trials
    may run meanwhile. Raises TunerError where the SDK is not found or cannot be written.
    """
    source = _source()
    folder = sweep_dir / "sdk"
    files = [source / "__init__.py", *sorted((source / "sdk").glob("*.py"))]
    try:
        for file in files:
            _copy(file, folder / PACKAGE / file.relative_to(source))
    except OSError as error:
        raise TunerError(f"cannot copy the SDK into {folder}: {error.strerror}") from error
    return folder


def _source() -> Path:
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise TunerError(f"the package {PACKAGE} is not installed beside the engine")
    return Path(found.submodule_search_locations[0])


def _copy(source: Path, target: Path) -> None:
    text = source.read_bytes()
    if target.is_file() and target.read_bytes() == text:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    temporary.write_bytes(text)
    temporary.replace(target)

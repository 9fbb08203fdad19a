"""What a script's last exception says was short: the GPU's memory, or the GPU itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.core.faults import fault_in

from . import exceptions

_LONGEST = 1 << 16


def fault_of(attempt_dir: Path) -> str | None:
    """'oom' where any process of the attempt died of it, else 'device', else None."""
    found = {_judged(link) for chain in _told(attempt_dir) for link in chain}
    return "oom" if "oom" in found else "device" if "device" in found else None


def _judged(link: Any) -> str | None:
    """The fault that an exception tells of, by the names of its types and what it says."""
    if not isinstance(link, dict):
        return None
    found = fault_in(f"{link.get('types')}: {link.get('text')}")
    return found.kind if found is not None else None


def _told(attempt_dir: Path) -> Iterator[list[Any]]:
    """The exceptions of the attempt's processes, each with its causes."""
    for told in read_lines(attempt_dir / exceptions.FILE):
        chain = told.get("chain")
        if isinstance(chain, list):
            yield chain


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read the end of a file of JSON objects, one a line; what is none is left out."""
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _LONGEST, 0))
            lines = file.read().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict):
            yield told

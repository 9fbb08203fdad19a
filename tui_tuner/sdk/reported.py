"""How far a trial's earlier attempts have reported."""

from __future__ import annotations

import json
import os

from . import wire

_TAIL_BYTES = 1 << 16


def last_reported(attempt_dir: str, attempt: int) -> int:
    """Give the highest of the last steps that the attempts before this one reported; 0: none."""
    home = os.path.dirname(attempt_dir)
    return max((_last_step(os.path.join(home, str(n))) for n in range(1, attempt)), default=0)


def _last_step(attempt_dir: str) -> int:
    try:
        with open(os.path.join(attempt_dir, wire.REPORTS_FILE), "rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _TAIL_BYTES, 0))
            lines = file.read().splitlines()
    except OSError:
        return 0
    for line in reversed(lines):
        step = _step(line)
        if step is not None:
            return step
    return 0


def _step(line: bytes) -> int | None:
    try:
        step = json.loads(line)["step"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return step if type(step) is int else None

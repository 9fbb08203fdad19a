"""Checkpoints by their file names: `checkpoints/epoch=0005-val_acc=0.9312.pt`."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

_NAME = re.compile(r"epoch=(\d+)(?:-[^=]+=(?P<value>[-+.\w]+?))?(?:\.[A-Za-z]+)?")


class Checkpoint(Struct, frozen=True, kw_only=True):
    """A saved state of a trial. `step` is the number of epochs done."""

    path: Path
    step: int
    value: float | None


def checkpoints(trial_dir: Path) -> list[Checkpoint]:
    """List a trial's checkpoints by step; half-written and foreign files are left out."""
    try:
        files = list((trial_dir / "checkpoints").iterdir())
    except OSError:
        return []
    found = [c for f in files if (c := _read_name(f)) is not None]
    return sorted(found, key=lambda c: c.step)


def newest_checkpoint(trial_dir: Path) -> Path | None:
    """The checkpoint to go on from, if there is one."""
    found = checkpoints(trial_dir)
    return found[-1].path if found else None


def _read_name(path: Path) -> Checkpoint | None:
    match = _NAME.fullmatch(path.name)
    if match is None:
        return None
    try:
        value = float(match["value"]) if match["value"] is not None else None
    except ValueError:
        value = None
    return Checkpoint(path=path, step=int(match[1]), value=value)

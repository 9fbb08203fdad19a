"""What a running trial is asked, in `control.json` in its attempt's folder; the SDK reads it."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.ingest.wire import CONTROL_FILE


class Asked(Struct, frozen=True, kw_only=True):
    """What the engine asks: to leave at the next epoch, and how many epochs to train in all."""

    stop: bool = False
    budget: int | None = None


def write_control(folder: Path, asked: Asked) -> None:
    """Put the file in its place, whole. Blocks. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{CONTROL_FILE}.{os.getpid()}"
    try:
        partial.write_bytes(msgspec.json.encode(asked) + b"\n")
        partial.replace(folder / CONTROL_FILE)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def is_told(folder: Path) -> bool:
    """Whether the attempt was asked anything so far."""
    return (folder / CONTROL_FILE).exists()

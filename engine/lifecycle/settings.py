"""What a sweep's config says that its viewers need."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from engine.store.reader import open_reader

from .registry import DATABASE

DEFAULT_GRACE_S = 10.0
DEFAULT_LINGER_S = 180.0


class _Config(msgspec.Struct):
    grace: float = DEFAULT_GRACE_S


def grace_s(sweep: Path) -> float:
    """Give the seconds between asking a trial's process to end and killing it."""
    reader = open_reader(sweep / DATABASE)
    try:
        config = reader.meta().get("config", "{}")
    finally:
        reader.close()
    return msgspec.json.decode(config, type=_Config).grace


def linger_s() -> float:
    """Give the seconds for which an engine stays once its sweep has ended and nobody looks."""
    return float(os.environ.get("TUI_TUNER_LINGER_S", DEFAULT_LINGER_S))

"""Processes that outlived their trial, as executors name them: 'python (1234@5678)'."""

from __future__ import annotations

import re

_STARTED = re.compile(r"@\d+\)$")


def shown(process: str) -> str:
    """Name it for a person, 'python (1234)': when it started only tells it from later ones."""
    return _STARTED.sub(")", process)

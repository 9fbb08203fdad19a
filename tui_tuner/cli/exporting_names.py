"""Names of columns and parameters in files for other tools: safe to show, and none twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from engine.text import clean

MOST_CHARACTERS = 500


def distinct(names: Iterable[str], taken: Collection[str] = (), prefix: str = "") -> dict[str, str]:
    """Give each name how it is written: as it is, with `prefix` where that is taken."""
    used = set(taken)
    written: dict[str, str] = {}
    for name in names:
        safe = clean(name, limit=MOST_CHARACTERS)
        if safe in used:
            safe = prefix + safe
        while safe in used:
            safe += "_"
        used.add(safe)
        written[name] = safe
    return written

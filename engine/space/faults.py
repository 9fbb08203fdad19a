"""What is wrong with a space as written, gathered so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from engine.text import clean

Path = tuple[str | int, ...]


class Fault(Struct, frozen=True):
    """One thing wrong. `path` leads to it from `parameters`; `near` is what was likely meant."""

    path: Path
    reason: str
    near: str | None = None


def shown(value: Any) -> str:
    """Name a value in a sentence; short, and safe whatever it is."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, str):
        return f"the text {clean(str(value), limit=40)!r}"
    if isinstance(value, int):
        return str(int(value)) if abs(value) < 10**40 else "an integer of over 40 digits"
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, list | tuple):
        return "a list"
    return "a mapping" if isinstance(value, dict) else f"a {type(value).__name__}"


def named(key: Any) -> str:
    """Quote a key in a sentence."""
    return f"'{clean(key, limit=60)}'" if isinstance(key, str) else shown(key)


def step(key: Any) -> str | int:
    """Make a key part of a path."""
    return key if isinstance(key, str) else shown(key)


def nearest(key: Any, known: Iterable[str]) -> str | None:
    """Give the known word that `key` is most likely a slip of."""
    if not isinstance(key, str):
        return None
    words = {word.lower(): word for word in known}
    matches = get_close_matches(key[:60].lower(), words, n=1, cutoff=0.6)
    return words[matches[0]] if matches else None

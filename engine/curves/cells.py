"""How a curve table spells values, so that reading gives back what was written."""

from __future__ import annotations

import json
import re

from engine.core.model import Value

_BARE = re.compile(r"[A-Za-z_][\w./:-]*")
_WORDS = frozenset({"true", "false", "null", "nan", "inf", "NaN", "Infinity"})
"""Text that would be read as something else."""


def spell_value(value: Value) -> str:
    """Write a parameter's value: as JSON, but a plain word without its quotes."""
    if isinstance(value, str) and _BARE.fullmatch(value) and value not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def read_value(text: str) -> Value:
    """Read a parameter's value."""
    if _BARE.fullmatch(text) and text not in _WORDS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def spell_number(number: float | None, digits: int) -> str:
    """Write a number with so many significant digits, 'nan', 'inf' or '-inf' for what is none, and
    nothing for one that is missing."""
    return "" if number is None else f"{number:.{digits}g}"


def read_number(text: str) -> float | None:
    """Read a number; None for nothing. Raises ValueError."""
    return float(text) if text else None

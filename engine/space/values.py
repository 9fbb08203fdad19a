"""Values as plain JSON data: what a parameter may be, and when two values are the same."""

from __future__ import annotations

from math import isfinite
from typing import Any

import msgspec

from engine.core.model import Value

_DEPTH = 16
_NODES = 10_000
_LARGEST_INT = 2**63 - 1


def same_value(a: Value, b: Value) -> bool:
    """Whether two values are the same: 1 is 1.0, but never True, nor the text '1'."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return a == b
    if type(a) is not type(b):
        return False
    if isinstance(a, list | dict):
        return value_key(a) == value_key(b)
    return bool(a == b)


def value_key(value: Value) -> str:
    """Give a text that two values share exactly if they are written the same."""
    return msgspec.json.encode(value, order="sorted").decode()


def plain_value(value: Any) -> Value:
    """Copy a value into plain JSON types; ValueError says, in a few words, why it has none."""
    return _Copier().copy(value, 0)


class _Copier:
    """Copies with a bound on depth and size, for aliases make small files huge or endless."""

    def __init__(self) -> None:
        self._nodes = 0

    def copy(self, value: Any, depth: int) -> Value:
        self._nodes += 1
        if depth > _DEPTH or self._nodes > _NODES:
            raise ValueError("is nested too deeply or too large")
        if isinstance(value, list | tuple):
            return [self.copy(v, depth + 1) for v in value]
        if isinstance(value, dict):
            return {_text_key(k): self.copy(v, depth + 1) for k, v in value.items()}
        return _scalar(value)


def _text_key(key: Any) -> str:
    if not isinstance(key, str):
        raise ValueError("is a mapping with a key that is not text")
    return _text(key)


def _scalar(value: Any) -> Value:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if not -_LARGEST_INT <= value <= _LARGEST_INT:
            raise ValueError("is an integer of more than 64 bits")
        return int(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError("is not a finite number")
        return float(value)
    raise ValueError(f"is neither text, number, list nor mapping but {type(value).__name__}")


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("is text that is not valid Unicode") from None
    return str(value)

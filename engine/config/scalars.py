"""What a plain scalar of YAML 1.2 means, and where readers of YAML 1.1 would differ."""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

YAML_1_1_BOOLEANS = frozenset({"yes", "no", "on", "off"})
"""Text in YAML 1.2, booleans in 1.1."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {
    text: text.lower() == "true" for text in ("true", "True", "TRUE", "false", "False", "FALSE")
}
_INT = re.compile(r"[-+]?[0-9](?:_?[0-9])*", re.ASCII)
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9](?:_?[0-9])*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII
)
_INF = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NAN = frozenset({".nan", ".NaN", ".NAN"})
_LONGEST_NUMBER = 400


def read_plain(text: str) -> Scalar:
    """Give the value of an unquoted scalar. Raises ValueError for a number too large to hold."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    return _number(text)


def read_tagged(kind: str, text: str) -> Scalar:
    """Give the value of a scalar with an explicit tag such as `!!int`. Raises ValueError."""
    if kind == "str":
        return text
    value = read_plain(text)
    if kind == "float" and type(value) is int:
        return float(value)
    if type(value).__name__.replace("NoneType", "null") != kind:
        raise ValueError(f"is tagged !!{kind} but is none")
    return value


def _number(text: str) -> int | float | str:
    if len(text) > _LONGEST_NUMBER:
        return text
    if _BASED.fullmatch(text):
        return _bounded(int(text, 0))
    if _INT.fullmatch(text):
        return _bounded(int(text))
    if _FLOAT.fullmatch(text):
        return _finite(float(text.replace("_", "")))
    if text in _NAN or _INF.fullmatch(text):
        raise ValueError("must be a finite number")
    return text


def _bounded(number: int) -> int:
    if not -(2**63) <= number < 2**63:
        raise ValueError("is a number of more than 64 bits")
    return number


def _finite(number: float) -> float:
    if number in (float("inf"), float("-inf")):
        raise ValueError("is a number too large to hold")
    return number

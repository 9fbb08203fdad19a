"""One report as one line of JSON, formatted by hand: json.dumps alone costs what all of this does.

Non-finite floats are written as the strings "nan", "inf" and "-inf". A value that is no number
becomes a short string, so that the engine can say what it could not read.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_TEXT = 100
_MAX_KEYS = 4096
_keys: dict[str, str] = {}


def encode(step: Any, at: float, metrics: dict[str, Any]) -> bytes:
    """Give the line of a report made at `at` (seconds since the epoch), newline included."""
    parts = []
    for name, value in metrics.items():
        key = _keys.get(name) or _key(name)
        if type(value) is float and value - value == 0.0:
            parts.append(key + repr(value))
        else:
            parts.append(key + number(value))
    if type(step) is not int:
        step = number(step)
    return ('{"step":%s,"at":%.3f,"metrics":{%s}}\n' % (step, at, ",".join(parts))).encode()


def number(value: Any) -> str:
    """Give the JSON of a number of any make: Python, numpy, a tensor with one element.

    An error of the value itself, such as a CUDA fault that shows at `.item()`, is raised.
    """
    value = plain(value)
    if isinstance(value, str):
        return json.dumps(value[:MAX_TEXT])
    if isinstance(value, int):
        return str(value) if -(2**63) <= value < 2**63 else number(_float(value))
    if value - value == 0.0:
        return repr(value)
    return '"nan"' if value != value else '"inf"' if value > 0 else '"-inf"'


def plain(value: Any) -> float | int | str:
    """Turn a value into a Python number, or into a few words where it is none."""
    if isinstance(value, (bool, int)):
        return int(value)
    if isinstance(value, (float, str)):
        return float(value) if isinstance(value, float) else str(value)
    if _elements(value) == 1 and hasattr(value, "item"):
        item = value.item()
        return plain(item) if isinstance(item, (int, float, str)) else _words(item)
    return _float(value) if hasattr(type(value), "__float__") else _words(value)


def _float(value: Any) -> float | str:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    except (TypeError, ValueError, RuntimeError):
        return _words(value)


def _elements(value: Any) -> int:
    count = 1
    for length in getattr(value, "shape", ()):
        count *= length
    return count


def _words(value: Any) -> str:
    shape = getattr(value, "shape", None)
    name = type(value).__name__
    return "<%s>" % name if shape is None else "<%s %s>" % (name, tuple(shape))


def _key(name: str) -> str:
    key = json.dumps(name) + ":"
    if len(_keys) < _MAX_KEYS:
        _keys[name] = key
    return key

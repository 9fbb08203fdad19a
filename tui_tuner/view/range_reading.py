"""Reading what a person writes for a bound or a choice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from engine.core.model import Value

from .ranges import Parameter, Shape


def read_value(text: str, like: Sequence[Value]) -> Value:
    """Read what was written for a choice: a number where the others are numbers, else text.

    Raises ValueError.
    """
    text = text.strip()
    if not text:
        raise ValueError("write a value")
    words: dict[str, Any] = {"true": True, "false": False, "null": None}
    if any(isinstance(value, str) for value in like):
        return text
    if text in words:
        return words[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no number, as the other values are")


def read_number(parameter: Parameter, text: str) -> float | int:
    """Read what was written for an end of a range. Raises ValueError."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is no number; write one such as 3e-4") from None
    if not math.isfinite(value):
        raise ValueError("must be finite")
    if parameter.kind == "int" and value != int(value):
        raise ValueError("must be a whole number")
    return spelt(parameter, value)


def spelt(parameter: Parameter, value: float) -> float | int:
    """Write a whole number as one where the parameter has only those."""
    whole = parameter.kind == "int" or isinstance(parameter.q, int)
    return int(value) if whole and value == int(value) else value


def middle(parameter: Parameter, shape: Shape) -> float | int:
    """Give a value from the middle of a range, on its scale."""
    low, high = shape.low or 0.0, shape.high or 0.0
    at = math.sqrt(low * high) if shape.log else (low + high) / 2
    if parameter.q:
        steps = round(at / parameter.q) * parameter.q
        return spelt(parameter, float(f"{steps:.12g}"))
    return round(at) if parameter.kind == "int" else float(f"{at:.2e}")


def read_count(text: str) -> tuple[int, bool]:
    """Read how many of the best trials, and whether for every range: '10', '10 all'.

    Raises ValueError.
    """
    words = text.split()
    everywhere = words[1:] == ["all"]
    if not words or not words[0].isdigit() or (len(words) > 1 and not everywhere):
        raise ValueError("write a number such as 10, or 10 all")
    if int(words[0]) < 2:
        raise ValueError("a range takes at least 2 trials")
    return int(words[0]), everywhere

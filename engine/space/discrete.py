"""Parameters with written-out values: constants, categories and integers."""

from __future__ import annotations

from typing import Literal

from .entry import Entry
from .parameters import CategoricalParameter, FixedParameter, IntParameter, Parameter
from .values import value_key

_WHOLE = 2**53
"""Floats hold every integer up to here."""
_MAX_VALUES = 10_000


def read_constant(entry: Entry) -> Parameter | None:
    """Read `value`: any plain data."""
    if "value" not in entry:
        entry.fault(None, "value is missing")
        return None
    return FixedParameter(name=entry.name, value=entry.plain("value", entry.mapping["value"]))


def read_categorical(entry: Entry) -> Parameter | None:
    """Read `values`, and `probabilities` if they are there."""
    items = entry.items("values")
    if items is None:
        return None
    if len(items) > _MAX_VALUES:
        entry.fault(
            "values", f"values lists {len(items)} values; at most {_MAX_VALUES} are allowed"
        )
        return None
    values = tuple(entry.plain("values", item, i) for i, item in enumerate(items))
    if entry.sound:
        _refuse_repeats(entry, values)
    probabilities = _probabilities(entry, len(values)) if "probabilities" in entry else None
    return CategoricalParameter(name=entry.name, values=values, probabilities=probabilities)


def read_weighted(entry: Entry) -> Parameter | None:
    """Read `values` and `probabilities`, both required."""
    if "probabilities" not in entry:
        entry.fault(None, "probabilities is missing")
    return read_categorical(entry)


def read_int(entry: Entry) -> Parameter | None:
    """Read the integers `min` and `max`, and the scale."""
    low, high = _whole(entry, "min"), _whole(entry, "max")
    scale: Literal["linear", "log"] = "log" if entry.mapping.get("scale") == "log" else "linear"
    if low is None or high is None or not entry.ascending(low, high):
        return None
    if scale == "log" and low < 1:
        entry.fault("min", f"min must be above 0 on a log scale, not {low}")
        return None
    return IntParameter(name=entry.name, low=low, high=high, scale=scale)


def _refuse_repeats(entry: Entry, values: tuple[object, ...]) -> None:
    seen: set[str] = set()
    for i, value in enumerate(values):
        whole = isinstance(value, float) and value.is_integer()
        key = value_key(int(value) if whole and isinstance(value, float) else value)
        if key in seen:
            entry.fault_at("values", i, f"values lists {key[:40]} twice")
        seen.add(key)


def _probabilities(entry: Entry, count: int) -> tuple[float, ...] | None:
    items = entry.items("probabilities")
    if items is None:
        return None
    if len(items) != count:
        entry.fault("probabilities", f"{len(items)} probabilities for {count} values")
        return None
    for i, p in enumerate(items):
        if isinstance(p, bool) or not isinstance(p, int | float) or not 0 <= p <= 1:
            entry.fault_at("probabilities", i, "a probability is a number from 0 to 1")
            return None
    total = sum(items)
    if abs(total - 1.0) > 1e-6:
        entry.fault("probabilities", f"probabilities must sum to 1, not {total:.6g}")
        return None
    return tuple(float(p) for p in items)


def _whole(entry: Entry, key: str) -> int | None:
    number = entry.number(key)
    if number is None:
        return None
    if number != int(number):
        entry.fault(key, f"{key} must be an integer here, not {number!r}")
        return None
    if abs(number) > _WHOLE:
        entry.fault(key, f"{key} must lie within 2^53 of 0")
        return None
    return int(number)

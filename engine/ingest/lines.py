"""One line of JSON -> one report, or a complaint that says what was wrong with it.

A good line costs about a microsecond; everything odd (NaN literals, numbers as text, nested
values, thousands of metrics) takes the slow path, which keeps what it can.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from engine.core.model import Report
from engine.text import clean

MAX_METRICS = 256
MAX_NAME = 120
MAX_STEP = 2**53
_OLDEST = 946_684_800.0
"""The year 2000: a report from before it was made by a clock that is not set."""
_AHEAD_S = 86_400.0
_TEXTS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf}


class Parsed(NamedTuple):
    """What a line gave: a report, a complaint, or both where only a part could be read."""

    report: Report | None
    complaint: str | None


class _Line(msgspec.Struct):
    step: int
    metrics: dict[str, float]
    at: float = math.nan


_decode = msgspec.json.Decoder(_Line).decode


def parse_line(line: bytes, now: float, objective: str | None = None) -> Parsed:
    """Read a line as `report()` writes it, or flat as in `{"step": 3, "val_acc": 0.91}`.

    `now` stands in for a time that is missing or absurd. Of more than 256 metrics the first are
    kept, and `objective`.
    """
    try:
        read = _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _parse_odd(line, now, objective)
    metrics = read.metrics
    plain = 0 < len(metrics) <= MAX_METRICS and 0 <= read.step < MAX_STEP
    if not plain or any(clean_name(name) != name for name in metrics):
        return _parse_odd(line, now, objective)
    return Parsed(Report(read.step, sane_time(read.at, now), metrics), None)


@lru_cache(maxsize=4096)
def clean_name(name: str) -> str:
    """Make a metric's name safe to show, at most 120 characters and never blank."""
    return clean(name, limit=MAX_NAME) if name.strip() else "(no name)"


def sane_time(at: float, now: float) -> float:
    """Give `at`, or `now` where no working clock can have said it."""
    return at if _OLDEST < at < now + _AHEAD_S else now


def quote(line: bytes) -> str:
    """Give the start of a line, safe to show."""
    return clean(line[:240].decode(errors="replace").strip(), limit=80)


def to_number(value: Any) -> float | None:
    """Read a metric's value; None where it is no number. Beyond a float's range is infinite."""
    if isinstance(value, str):
        word = value.strip().lower()
        sign = -1.0 if word.startswith("-") else 1.0
        found = _TEXTS.get(word.lstrip("+-"))
        return None if found is None else sign * found
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return None


def to_step(value: Any) -> int | None:
    """Read a step: a whole number from 0 to below 2**53; None where it is not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value) if 0 <= value < MAX_STEP else None


def choose_metrics(values: dict[str, Any], objective: str | None) -> tuple[dict[str, float], str]:
    """Keep the metrics that are numbers, at most 256; say in words what was left out, if any."""
    kept: dict[str, float] = {}
    bad: list[str] = []
    extra = 0
    for name, value in values.items():
        number = to_number(value)
        if number is None:
            bad.append(f"{clean_name(name)} is {_kind(value)}")
        elif len(kept) < MAX_METRICS or name == objective:
            kept[clean_name(name)] = number
        else:
            extra += 1
    faults = bad[:3] + ([f"{len(bad) - 3} more are no numbers"] if len(bad) > 3 else [])
    if extra:
        faults.append(f"{extra} metrics beyond the first {MAX_METRICS} dropped")
    return kept, "; ".join(faults)


def make_report(
    line: bytes, step: int | None, at: float, values: dict[str, Any], objective: str | None
) -> Parsed:
    """Put a report together from what a line says; `step` None: it says none that counts."""
    if step is None:
        return Parsed(None, f"no usable step (a whole number from 0): {quote(line)}")
    kept, faults = choose_metrics(values, objective)
    if not kept:
        return Parsed(None, f"{faults or 'no metrics'}: {quote(line)}")
    return Parsed(Report(step, at, kept), f"{faults}: {quote(line)}" if faults else None)


def _parse_odd(line: bytes, now: float, objective: str | None) -> Parsed:
    try:
        found = json.loads(line.decode(errors="replace"), parse_int=_integer)
    except (ValueError, RecursionError):
        return Parsed(None, f"not a line of JSON: {quote(line)}")
    if not isinstance(found, dict):
        return Parsed(None, f"not a JSON object: {quote(line)}")
    step = to_step(found.pop("step", None))
    at = sane_time(to_number(found.pop("at", None)) or now, now)
    nested = found.get("metrics")
    values = nested if isinstance(nested, dict) else found
    return make_report(line, step, at, values, objective)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 400 else math.inf * (-1 if digits[0] == "-" else 1)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {clean(value, limit=40)!r}"
    if value is None:
        return "null"
    return "a list" if isinstance(value, list) else "an object"

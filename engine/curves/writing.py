"""Writes a curve table as CSV, compressed where its name ends in .gz; the same table, the same
bytes."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator

from .cells import spell_number, spell_value
from .table import Curve, CurveTable

STEP = "step"
SECONDS = "seconds"
RESERVED = (STEP, SECONDS)
PARAMETER_PREFIX = "params."
METRIC_PREFIX = "metrics."
SECONDS_DIGITS = 3
_LEVEL = 9


def encode_table(table: CurveTable, *, digits: int, compressed: bool) -> bytes:
    """Give the file of a table; `digits` are those of metrics that count."""
    text = table_text(table, digits).encode()
    return gzip.compress(text, _LEVEL, mtime=0) if compressed else text


def table_text(table: CurveTable, digits: int) -> str:
    """Give a table's lines: the columns' names, then a line a configuration and step."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            *(_column(name, PARAMETER_PREFIX) for name in table.parameters),
            STEP,
            *(_column(name, METRIC_PREFIX) for name in table.metrics),
            SECONDS,
        ]
    )
    for curve in table.curves:
        writer.writerows(_lines(table, curve, digits))
    return out.getvalue()


def _column(name: str, prefix: str) -> str:
    return f"{prefix}{name}" if name in RESERVED else name


def _lines(table: CurveTable, curve: Curve, digits: int) -> Iterator[list[str]]:
    params = [
        spell_value(curve.params[name]) if name in curve.params else "" for name in table.parameters
    ]
    missing = (None,) * len(curve.steps)
    columns = [curve.metrics.get(name, missing) for name in table.metrics]
    for at, step in enumerate(curve.steps):
        metrics = [spell_number(column[at], digits) for column in columns]
        yield [*params, str(step), *metrics, spell_number(curve.seconds[at], SECONDS_DIGITS)]

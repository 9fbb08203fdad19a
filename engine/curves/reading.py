"""Reads a curve table: CSV, compressed or not."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from math import isfinite
from pathlib import Path

from msgspec import Struct

from engine.core.model import Params
from engine.errors import UsageError
from engine.text import clean

from .cells import read_number, read_value
from .table import Curve, CurveTable
from .writing import METRIC_PREFIX, PARAMETER_PREFIX, RESERVED, SECONDS, STEP

_GZIP = b"\x1f\x8b"
_LONGEST_NAME = 300


class _Row(Struct, frozen=True):
    cells: tuple[str, ...]
    """Those of the parameters."""
    step: int
    metrics: tuple[float | None, ...]
    seconds: float


def read_table(path: Path) -> CurveTable:
    """Read a table's file. Raises UsageError, in one sentence with the line, for what is none."""
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            content = gzip.decompress(content)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{_shown(path)} cannot be read: {error.strerror or error}") from None
    except EOFError:
        raise UsageError(f"{_shown(path)} is cut short: its compressed end is missing") from None
    except (zlib.error, UnicodeDecodeError):
        raise UsageError(f"{_shown(path)} is no curve table: neither CSV nor gzip of it") from None
    if not text.strip():
        raise UsageError(f"{_shown(path)} is empty")
    return _Reader(path).read(csv.reader(io.StringIO(text, newline="")))


class _Reader:
    """Reads the lines of one file; says which is wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._line = 0

    def read(self, lines: Iterable[list[str]]) -> CurveTable:
        numbered = self._counted(lines)
        heading = next(numbered, [])
        if STEP not in heading or heading[-1] != SECONDS:
            raise self._fault("the columns must be parameters, then step, metrics and seconds")
        at = heading.index(STEP)
        parameters = tuple(_name(column, PARAMETER_PREFIX) for column in heading[:at])
        metrics = tuple(_name(column, METRIC_PREFIX) for column in heading[at + 1 : -1])
        if not parameters or not metrics:
            raise self._fault("a parameter before step, and a metric after it, are needed")
        rows = (self._row(line, at, len(heading)) for line in numbered)
        curves = [
            self._curve(parameters, metrics, list(together))
            for _, together in groupby(rows, lambda row: row.cells)
        ]
        if not curves:
            raise self._fault("there are no curves")
        return CurveTable(parameters=parameters, metrics=metrics, curves=tuple(curves))

    def _counted(self, lines: Iterable[list[str]]) -> Iterator[list[str]]:
        try:
            for self._line, line in enumerate(lines, 1):
                if line:
                    yield line
        except csv.Error as error:
            raise self._fault(str(error)) from None

    def _row(self, line: list[str], at: int, width: int) -> _Row:
        if len(line) != width:
            raise self._fault(f"{len(line)} cells, not {width} as in the first line")
        try:
            return _Row(
                tuple(line[:at]),
                int(line[at]),
                tuple(map(read_number, line[at + 1 : -1])),
                _seconds(line[-1]),
            )
        except ValueError as error:
            raise self._fault(str(error)) from None

    def _curve(
        self, parameters: Sequence[str], metrics: Sequence[str], rows: Sequence[_Row]
    ) -> Curve:
        steps = tuple(row.step for row in rows)
        if any(after <= before for before, after in pairwise(steps)):
            raise self._fault("the steps before do not ascend within one configuration")
        return Curve(
            params=_params(parameters, rows[0].cells),
            steps=steps,
            metrics={name: tuple(row.metrics[i] for row in rows) for i, name in enumerate(metrics)},
            seconds=tuple(row.seconds for row in rows),
        )

    def _fault(self, reason: str) -> UsageError:
        return UsageError(f"{_shown(self._path)}:{self._line}: {clean(reason, limit=200)}")


def _seconds(cell: str) -> float:
    seconds = float(cell)
    if not (isfinite(seconds) and seconds >= 0.0):
        raise ValueError(f"{seconds:g} seconds")
    return seconds


def _params(names: Sequence[str], cells: Sequence[str]) -> Params:
    """A configuration; a parameter with an empty cell does not apply there."""
    return {name: read_value(cell) for name, cell in zip(names, cells, strict=True) if cell}


def _name(column: str, prefix: str) -> str:
    name = column.removeprefix(prefix)
    return name if name in RESERVED else column


def _shown(path: Path) -> str:
    return clean(str(path), limit=_LONGEST_NAME)

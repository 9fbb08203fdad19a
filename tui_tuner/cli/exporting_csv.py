"""Turns a sweep into CSV files, for spreadsheets."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

from engine.client import Connection
from engine.core.views import TrialView
from engine.protocol.messages import ListTrials
from engine.text import clean

from .exporting import AFTER_PARAMS, BEFORE_PARAMS, Exported, field_of
from .exporting_curves import Points, in_groups, stored_curves
from .exporting_names import distinct

LINES_AT_ONCE = 20_000

_BEFORE_METRICS = ("id", "step", "at")
_FORMULA = re.compile(r"[=+\-@\t\r]")


async def trials_csv(connection: Connection) -> Exported:
    """A row per trial: state, values, then a column a parameter."""
    rows: list[TrialView] = await connection.request(ListTrials(id=0))
    names = dict.fromkeys(name for row in rows for name in row.params)
    headings = distinct(names, (*BEFORE_PARAMS, *AFTER_PARAMS), "params.").values()
    lines = [
        [
            *(field_of(row, name) for name in BEFORE_PARAMS),
            *(row.params.get(name) for name in names),
            *(field_of(row, name) for name in AFTER_PARAMS),
        ]
        for row in rows
    ]
    return Exported(_csv([[*BEFORE_PARAMS, *headings, *AFTER_PARAMS], *lines]), len(rows))


async def curves_csv(connection: Connection, *, directory: Path) -> Exported:
    """A row per trial and step: when it was reported, then a column a metric."""
    rows: list[TrialView] = await connection.request(ListTrials(id=0))
    return Exported(await asyncio.to_thread(_curves, directory, rows), len(rows))


def _curves(directory: Path, rows: Sequence[TrialView]) -> str:
    """Every point. Blocks."""
    headings: dict[str, str] = {}
    pieces: list[tuple[int, str]] = []
    for some in in_groups(stored_curves(directory, rows), LINES_AT_ONCE):
        points = Points(some)
        new = [name for name in points.metrics if name not in headings]
        headings |= distinct(new, (*_BEFORE_METRICS, *headings.values()), "metrics.")
        columns = [points.metrics.get(name, repeat(None)) for name in headings]
        lines = zip(points.ids, points.steps, points.at, *columns, strict=False)
        pieces.append((len(headings), _text(lines)))
    first = _csv([[*_BEFORE_METRICS, *headings.values()]])
    return first + "".join(_widened(text, len(headings) - had) for had, text in pieces)


def _widened(text: str, columns: int) -> str:
    """Lines of cells without line ends in them, with more empty ones behind."""
    return text.replace("\n", "," * columns + "\n") if columns else text


def _csv(lines: Iterable[Iterable[Any]]) -> str:
    return _text([_cell(x) for x in line] for line in lines)


def _text(lines: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, list | tuple | dict):
        value = json.dumps(value)
    if not isinstance(value, str):
        return value
    text = clean(value, limit=32_000)
    return f"'{text}" if _FORMULA.match(text) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

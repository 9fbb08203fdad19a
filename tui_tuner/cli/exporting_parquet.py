"""Turns a sweep into Parquet files: the rows of the CSV ones, with types."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine.client import Connection
from engine.core.views import SweepView, TrialView
from engine.errors import UsageError
from engine.protocol.messages import GetStatus, ListTrials
from engine.text import clean

from .exporting import AFTER_PARAMS, BEFORE_PARAMS, Exported, field_of
from .exporting_curves import Points, in_groups, stored_curves
from .exporting_names import distinct

ROWS_IN_GROUP = 100_000

_INTEGERS = ("best_step", "step", "budget", "seed", "space_version", "attempts", "peak_memory")
_FLOATS = (
    "value",
    "best",
    "started_at",
    "ended_at",
    "elapsed_s",
    "gpus",
    "gpu_s",
    "util",
    "mean",
    "std",
)
_LONGEST_TEXT = 32_000


async def trials_parquet(connection: Connection) -> Exported:
    """A row per trial, as in the CSV; a column is null where that is empty."""
    arrow = _arrow()
    view: SweepView = await connection.request(GetStatus(id=0))
    rows: list[TrialView] = await connection.request(ListTrials(id=0))
    names = dict.fromkeys(name for row in rows for name in row.params)
    headings = distinct(names, (*BEFORE_PARAMS, *AFTER_PARAMS), "params.")
    columns = {
        **{name: _field_column(arrow, rows, name) for name in BEFORE_PARAMS},
        **{headings[n]: _column(arrow, [row.params.get(n) for row in rows]) for n in names},
        **{name: _field_column(arrow, rows, name) for name in AFTER_PARAMS},
    }
    return Exported(_file(arrow.table(columns), view), len(rows))


async def curves_parquet(connection: Connection, *, directory: Path) -> Exported:
    """A row per trial and step, as in the CSV; NaN and infinities are kept."""
    arrow = _arrow()
    view: SweepView = await connection.request(GetStatus(id=0))
    rows: list[TrialView] = await connection.request(ListTrials(id=0))
    table = await asyncio.to_thread(_curve_table, arrow, directory, rows)
    return Exported(_file(table, view), len(rows))


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        needed = "--format parquet needs the extra: pip install 'tui-tuner[parquet]'"
        raise UsageError(needed) from None
    return pyarrow


def _file(table: Any, view: SweepView) -> bytes:
    """The bytes of a Parquet file that says of which sweep it is."""
    import pyarrow
    from pyarrow.parquet import write_table

    told = {"sweep": view.name, "metric": view.metric.name, "goal": view.metric.goal}
    safe = {name: clean(text) for name, text in told.items()}
    sink = pyarrow.BufferOutputStream()
    write_table(table.replace_schema_metadata(safe), sink, row_group_size=ROWS_IN_GROUP)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _field_column(arrow: Any, rows: Sequence[TrialView], name: str) -> Any:
    values = [field_of(row, name) for row in rows]
    if name in _INTEGERS:
        return arrow.array(values, arrow.int64())
    if name in _FLOATS:
        return _floats(arrow, values)
    return _texts(arrow, values)


def _column(arrow: Any, values: Sequence[Any]) -> Any:
    """A column of the narrowest type that holds all of these; a list is JSON text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return arrow.array(values, arrow.bool_())
    if kinds == {int}:
        return arrow.array(values, arrow.int64())
    if kinds and kinds <= {int, float}:
        return _floats(arrow, values)
    return _texts(arrow, values)


def _floats(arrow: Any, values: Iterable[Any]) -> Any:
    return arrow.array([None if v is None else float(v) for v in values], arrow.float64())


def _texts(arrow: Any, values: Iterable[Any]) -> Any:
    return arrow.array([None if v is None else _text(v) for v in values], arrow.string())


def _text(value: Any) -> str:
    return clean(value if isinstance(value, str) else json.dumps(value), limit=_LONGEST_TEXT)


def _curve_table(arrow: Any, directory: Path, rows: Sequence[TrialView]) -> Any:
    """A table of all points; what a trial did not report at a step is null. Blocks."""
    shape = arrow.schema([("id", arrow.string()), ("step", arrow.int64()), ("at", arrow.float64())])
    headings: dict[str, str] = {}
    pieces = [shape.empty_table()]
    for some in in_groups(stored_curves(directory, rows), ROWS_IN_GROUP):
        points = Points(some)
        new = [name for name in points.metrics if name not in headings]
        headings |= distinct(new, (*shape.names, *headings.values()), "metrics.")
        columns = {headings[n]: _floats(arrow, v) for n, v in points.metrics.items()}
        fixed = arrow.table([points.ids, points.steps, points.at], schema=shape)
        for heading, column in columns.items():
            fixed = fixed.append_column(heading, column)
        pieces.append(fixed)
    return arrow.concat_tables(pieces, promote_options="default")

"""The table of trials."""

from __future__ import annotations

import asyncio

from engine.core.views import TrialView
from engine.errors import UsageError
from engine.protocol.fields import FIELDS, PARAMS_PREFIX
from engine.protocol.filter import compile_filter
from engine.protocol.messages import ListTrials
from engine.protocol.sorting import sort_key
from engine.server.source import SweepSource

from .base import Viewer


async def list_trials(viewer: Viewer, request: ListTrials) -> list[TrialView]:
    """List the trials that EXPR selects, sorted, the first so many."""
    rows = viewer.source.trials()
    objective = viewer.source.status().metric.name
    return await asyncio.to_thread(_listed, rows, request, objective)


async def selected(source: SweepSource, where: str) -> list[TrialView]:
    """The trials that EXPR selects. Raises UsageError."""
    rows = source.trials()
    objective = source.status().metric.name
    return await asyncio.to_thread(_selected, rows, where, objective)


def _selected(rows: list[TrialView], where: str, objective: str) -> list[TrialView]:
    accepts = compile_filter(where, objective, _names(rows))
    return [row for row in rows if accepts(row)]


def _listed(rows: list[TrialView], request: ListTrials, objective: str) -> list[TrialView]:
    names = _names(rows)
    if request.where is not None:
        rows = _selected(rows, request.where, objective)
    if request.sort is not None:
        _check_column(request.sort.removeprefix("-"), objective, names)
        rows = sorted(rows, key=sort_key(request.sort, objective))
    return rows if request.limit is None else rows[: max(0, request.limit)]


def _names(rows: list[TrialView]) -> set[str] | None:
    """The parameters that trials have; None while there are no trials to know them from."""
    return {name for row in rows for name in row.params} if rows else None


def _check_column(column: str, objective: str, names: set[str] | None) -> None:
    known = names is None or column.removeprefix(PARAMS_PREFIX) in names
    if not known and column != objective and column not in FIELDS:
        columns = ", ".join(
            sorted({"id", "state", "epoch", "value", "best", "time", *(names or ())})
        )
        raise UsageError(f"cannot sort by {column!r}: no trial has it; try {columns}")

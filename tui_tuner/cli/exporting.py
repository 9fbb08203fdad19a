"""Turns a sweep into files for other tools."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.client import Connection
from engine.core.model import trial_number
from engine.core.views import TrialView
from engine.protocol.messages import GetSeries, GetStatus, ListTrials, Series, ShowTrial
from engine.text import clean

from .documents import detail_document, elapsed_s, gpu_s

AT_ONCE = 8

BEFORE_PARAMS = ("id", "state", "failure")
AFTER_PARAMS = (
    "value",
    "best",
    "best_step",
    "step",
    "budget",
    "stage",
    "origin",
    "seed",
    "space_version",
    "attempts",
    "started_at",
    "ended_at",
    "elapsed_s",
    "device",
    "gpus",
    "gpu_s",
    "util",
    "peak_memory",
    "parent",
    "repeat_of",
    "mean",
    "std",
    "reason",
    "note",
)
_FORMULA = re.compile(r"[=+\-@\t\r]")


class Exported(Struct, frozen=True):
    """What is to stand in a file, text or bytes, and how many trials it tells of."""

    content: str | bytes
    trials: int


async def trials_csv(connection: Connection) -> Exported:
    """A row per trial: state, values, then a column a parameter."""
    rows: list[TrialView] = await connection.request(ListTrials(id=0))
    names = dict.fromkeys(name for row in rows for name in row.params)
    headings = [f"params.{n}" if n in (*BEFORE_PARAMS, *AFTER_PARAMS) else n for n in names]
    lines = [
        [
            *(field_of(row, name) for name in BEFORE_PARAMS),
            *(row.params.get(name) for name in names),
            *(field_of(row, name) for name in AFTER_PARAMS),
        ]
        for row in rows
    ]
    return Exported(_csv([[*BEFORE_PARAMS, *headings, *AFTER_PARAMS], *lines]), len(rows))


async def curves_csv(connection: Connection) -> Exported:
    """A row per trial and step: when it was reported, then a column a metric."""
    rows: list[TrialView] = await connection.request(ListTrials(id=0))
    curves = await _each(connection, rows, _series)
    names = dict.fromkeys(name for series in curves for name in series)
    lines: list[list[Any]] = [["id", "step", "at", *names]]
    for row, series in zip(rows, curves, strict=True):
        lines += [[row.id, *line] for line in _by_step(series, names)]
    return Exported(_csv(lines), len(rows))


async def everything_json(connection: Connection) -> Exported:
    """{status, trials}: each trial as `show --json` gives it."""
    view = await connection.request(GetStatus(id=0))
    rows: list[TrialView] = await connection.request(ListTrials(id=0))
    details = await _each(connection, rows, _detail)
    text = msgspec.json.encode({"status": view, "trials": details}).decode()
    return Exported(text + "\n", len(rows))


WRITERS: Mapping[str, Callable[[Connection], Awaitable[Exported]]] = {
    "csv": trials_csv,
    "json": everything_json,
}


async def _series(connection: Connection, number: int) -> Series:
    series: Series = await connection.request(GetSeries(id=0, trial=number))
    return series


async def _detail(connection: Connection, number: int) -> dict[str, Any]:
    return detail_document(await connection.request(ShowTrial(id=0, trial=number)))


async def _each(
    connection: Connection,
    rows: Iterable[TrialView],
    ask: Callable[[Connection, int], Awaitable[Any]],
) -> list[Any]:
    """Ask for each trial, a few at a time; answers in the order of the rows."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(row: TrialView) -> Any:
        async with room:
            return await ask(connection, trial_number(row.id))

    return await asyncio.gather(*(one(row) for row in rows))


def _by_step(series: Series, names: Iterable[str]) -> list[list[Any]]:
    """One line a step: step, the time of its first metric, each metric's value or nothing."""
    at: dict[int, float] = {}
    values: dict[tuple[str, int], Any] = {}
    for name, curve in series.items():
        for step, value, when in curve:
            at.setdefault(step, when)
            values[name, step] = "nan" if value is None else value
    return [[step, at[step], *(values.get((n, step)) for n in names)] for step in sorted(at)]


def field_of(row: TrialView, name: str) -> Any:
    """What stands in the column `name`, none of a parameter, for a trial."""
    if name == "elapsed_s":
        return round(elapsed_s(row), 3)
    if name == "gpu_s":
        return round(gpu_s(row), 3)
    if name == "device" and row.device is None and row.attempt_list:
        return row.attempt_list[-1].device
    if name == "value":
        return row.last_text or row.value
    return getattr(row, name)


def _csv(lines: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_cell(x) for x in line] for line in lines)
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

"""Turns a sweep into one JSON document."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.client import Connection
from engine.core.model import trial_number
from engine.core.views import TrialView
from engine.protocol.messages import GetStatus, ListTrials, ShowTrial, TrialDetail

from .documents import detail_document
from .exporting import Exported
from .no_numbers import is_odd, no_numbers

AT_ONCE = 8


async def everything_json(connection: Connection, *, directory: Path) -> Exported:
    """{status, trials}: each trial as `show --json` gives it, with `no_numbers`.

    JSON has no word for what is no number: in `series` it is null, in `no_numbers` its name.
    """
    view = await connection.request(GetStatus(id=0))
    rows: list[TrialView] = await connection.request(ListTrials(id=0))
    details = await _details(connection, rows)
    odd = [row for row, detail in zip(rows, details, strict=True) if is_odd(detail.series)]
    named = await asyncio.to_thread(no_numbers, directory, odd)
    trials = [
        detail_document(detail) | {"no_numbers": named.get(detail.trial.id, {})}
        for detail in details
    ]
    text = msgspec.json.encode({"status": view, "trials": trials}).decode()
    return Exported(text + "\n", len(rows))


async def _details(connection: Connection, rows: Sequence[TrialView]) -> list[TrialDetail]:
    """Ask for each trial, a few at a time; answers in the order of the rows."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(row: TrialView) -> TrialDetail:
        async with room:
            detail: TrialDetail = await connection.request(
                ShowTrial(id=0, trial=trial_number(row.id))
            )
        return detail

    return await asyncio.gather(*(one(row) for row in rows))

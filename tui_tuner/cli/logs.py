"""`tui-tuner logs`."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from engine.client import Connection
from engine.core.views import TrialView
from engine.protocol.messages import LogChunk, ReadLog, ShowTrial

from .arguments import Words, sweep_and_trial
from .boundary import said
from .reach import with_sweep

PIECE = 256 << 10
FOLLOW_S = 0.3

FollowOption = Annotated[bool, typer.Option("--follow", "-f", help="Go on until the attempt ends.")]
AttemptOption = Annotated[
    int | None, typer.Option("--attempt", metavar="N", min=1, help="An earlier attempt.")
]


def command(
    words: Words = None, follow: FollowOption = False, attempt: AttemptOption = None
) -> None:
    """Print what a trial printed.

    Example: tui-tuner logs digits t0042 -f
    """
    sweep, trial = sweep_and_trial(words)
    with_sweep(sweep, lambda connection: _print_log(connection, trial, attempt, follow))


async def _print_log(connection: Connection, trial: int, attempt: int | None, follow: bool) -> None:
    detail = await connection.request(ShowTrial(id=0, trial=trial, points=1))
    row: TrialView = detail.trial
    if not row.attempt_list and not follow:
        said(f"{row.id} has not run yet")
        return
    offset = 0
    while True:
        chunk = await _read(connection, trial, attempt, offset)
        sys.stdout.write(chunk.text)
        sys.stdout.flush()
        if chunk.next == offset and not _goes_on(chunk, follow, connection.live, row):
            return
        if chunk.next == offset:
            await asyncio.sleep(FOLLOW_S)
            row = (await connection.request(ShowTrial(id=0, trial=trial, points=1))).trial
        offset = chunk.next


async def _read(connection: Connection, trial: int, attempt: int | None, offset: int) -> LogChunk:
    request = ReadLog(id=0, trial=trial, attempt=attempt, offset=offset, limit=PIECE)
    chunk: LogChunk = await connection.request(request)
    return chunk


def _goes_on(chunk: LogChunk, follow: bool, live: bool, row: TrialView) -> bool:
    return follow and live and (chunk.running or not row.attempt_list)

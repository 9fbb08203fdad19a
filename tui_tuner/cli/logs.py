"""`tui-tuner logs`."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from engine.client import Connection
from engine.core.views import TrialView
from engine.protocol.messages import LogChunk, ReadLog, ShowTrial, TrialDetail
from engine.text import last_drawn

from .arguments import Words, sweep_and_trial
from .boundary import said
from .reach import look

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
    log = _Log(trial, attempt, follow)
    look(sweep, log.print)


class _Redrawing:
    """Writes to a terminal, which redraws lines itself."""

    def write(self, text: str) -> None:
        """Write what comes next."""
        sys.stdout.write(text)

    def end(self) -> None:
        """Nothing is left to write."""


class _Settled(_Redrawing):
    """Writes lines as they are in the end: an unfinished one waits, for it may be redrawn."""

    def __init__(self) -> None:
        self._unfinished = ""

    def write(self, text: str) -> None:
        """Write the lines that are whole now."""
        *whole, self._unfinished = (self._unfinished + text).split("\n")
        sys.stdout.write("".join(f"{last_drawn(line)}\n" for line in whole))

    def end(self) -> None:
        """Write the line that nothing ended."""
        sys.stdout.write(last_drawn(self._unfinished))


class _Log:
    """Prints a trial's log, from where it had come to."""

    def __init__(self, trial: int, attempt: int | None, follow: bool) -> None:
        self._trial = trial
        self._attempt = attempt
        self._follow = follow
        self._offset = 0
        self._output = _Redrawing() if follow and sys.stdout.isatty() else _Settled()

    async def print(self, connection: Connection) -> None:
        """Print what there is, and where that is wanted, what comes."""
        row = await self._row(connection)
        if not row.attempt_list and not self._follow:
            said(f"{row.id} has not run yet")
            return
        while True:
            chunk = await self._read(connection)
            self._output.write(chunk.text)
            sys.stdout.flush()
            at_end = chunk.next == self._offset
            self._offset = chunk.next
            if at_end and not self._goes_on(chunk, connection.live, row):
                self._output.end()
                return
            if at_end:
                await asyncio.sleep(FOLLOW_S)
                row = await self._row(connection)

    async def _row(self, connection: Connection) -> TrialView:
        detail: TrialDetail = await connection.request(ShowTrial(id=0, trial=self._trial, points=1))
        return detail.trial

    async def _read(self, connection: Connection) -> LogChunk:
        chunk: LogChunk = await connection.request(
            ReadLog(
                id=0, trial=self._trial, attempt=self._attempt, offset=self._offset, limit=PIECE
            )
        )
        return chunk

    def _goes_on(self, chunk: LogChunk, live: bool, row: TrialView) -> bool:
        return self._follow and live and (chunk.running or not row.attempt_list)

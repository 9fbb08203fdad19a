"""Steering: sends an act and sees it through."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Collection
from contextlib import aclosing
from pathlib import Path

from msgspec import Struct

from engine.client import Connection
from engine.core.acts import Act, EditSpace, Pause, Prune, Stop, Undo, UseGpus
from engine.core.model import trial_name
from engine.core.views import SweepView, TrialView
from engine.errors import ConnectionLostError, NotFoundError, TunerError
from engine.lifecycle import grace_s
from engine.protocol.messages import (
    WAITS_FOR_DISK,
    ActResult,
    DoAct,
    GetStatus,
    ListTrials,
    Push,
    Snapshot,
    Subscribe,
)

from .wording import named

BEYOND_GRACE_S = 5.0
UNTIL_ASKING_WHY_S = 0.7
"""How long an act may go unanswered before the sweep is asked what holds it up."""
AT_A_TIME = 100
"""Trials asked for in one request."""
_MAY_END = (Prune, Pause, Stop, Undo, EditSpace)
"""Acts that may ask processes to go."""


class Deed(Struct, frozen=True, kw_only=True):
    """An act to do, or to try on."""

    act: Act
    why: str | None = None
    where: str | None = None
    dry_run: bool = False


class Gone(Struct, frozen=True, kw_only=True):
    """A trial whose process has gone, after so many seconds, and what it is now.

    `leftover` names processes that would not die with it. A trial that is running goes on, since
    somebody called its leaving off, or runs `again`, in a further attempt.
    """

    id: str
    state: str
    slot: int | None
    after_s: float
    leftover: list[str] = []
    again: bool = False


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a deed; `staying` had not gone when the person stopped waiting."""

    result: ActResult
    gone: list[Gone] = []
    staying: list[str] = []


class Teller:
    """Hears of a deed while it is seen through; says nothing."""

    def done(self, result: ActResult) -> None:
        """The act is done, or would be."""

    def held_up(self, why: list[str]) -> None:
        """The act is not stored yet, for these reasons; it will be."""

    def waits(self, names: Collection[str]) -> None:
        """These trials have not gone yet."""

    def gone(self, gone: list[Gone]) -> None:
        """These trials have gone."""


async def do(connection: Connection, deed: Deed, teller: Teller) -> ActResult:
    """Send a deed, and tell what holds it up. Raises ActError, ConnectionLostError."""
    request = DoAct(
        id=0,
        request=uuid.uuid4().hex,
        act=deed.act,
        why=deed.why,
        where=deed.where,
        dry_run=deed.dry_run,
    )
    try:
        return await _answered(connection, request, teller)
    except ConnectionLostError as error:
        if deed.dry_run:
            raise
        unsure = "before it answered; `tui-tuner history` tells whether this was done"
        raise ConnectionLostError(f"the engine went away {unsure} ({error})") from None


async def _answered(connection: Connection, request: DoAct, teller: Teller) -> ActResult:
    answer = asyncio.ensure_future(connection.request(request))
    told: list[str] = []
    try:
        while not (await asyncio.wait({answer}, timeout=UNTIL_ASKING_WHY_S))[0]:
            why = await _held_up(connection)
            if why != told:
                teller.held_up(told := why)
        result: ActResult = answer.result()
    finally:
        answer.cancel()
    return result


async def _held_up(connection: Connection) -> list[str]:
    """Why acts are not stored yet: what is wrong with the disk, and which of them wait for it."""
    try:
        view: SweepView = await connection.request(GetStatus(id=0))
    except TunerError:
        return []
    waiting = [text for text in view.warnings if text.startswith(WAITS_FOR_DISK)]
    return list(dict.fromkeys([*view.warnings[:1], *waiting])) if waiting else []


async def see_through(connection: Connection, deed: Deed, sweep: Path, teller: Teller) -> Outcome:
    """Send a deed and wait until every process that it asked to go is gone.

    A trial that was asked gently is waited for as long as its epoch takes; Ctrl-C then ends the
    waiting and not the deed. Raises TunerError where others take longer than the sweep's grace
    and a little more.
    """
    if deed.dry_run or not _may_end(deed.act):
        result = await do(connection, deed, teller)
        teller.done(result)
        return Outcome(result=result)
    before = await connection.request(ListTrials(id=0, where="slot>=0"))
    departure = _Departure(before)
    result = await do(connection, deed, teller)
    teller.done(result)
    departure.begin(result.done)
    bound_s = None if _is_patient(deed.act) else grace_s(sweep) + BEYOND_GRACE_S
    try:
        async with asyncio.timeout(bound_s):
            await departure.watch(connection, teller)
    except asyncio.CancelledError:
        _stay_alive()
    except TimeoutError:
        left = ", ".join(departure.left[:8])
        raise TunerError(f"{left}: asked to stop, but not gone after {bound_s:.0f} s") from None
    except ConnectionLostError:
        raise ConnectionLostError(
            "it is done, but the engine went away before all was gone; `tui-tuner resume` "
            "starts it again"
        ) from None
    return Outcome(result=result, gone=departure.gone, staying=departure.left)


async def check_trials(connection: Connection, trials: Collection[int]) -> None:
    """Raise NotFoundError unless the sweep has all these trials."""
    known: set[str] = set()
    asked = list(trials)
    for first in range(0, len(asked), AT_A_TIME):
        where = " OR ".join(f"id={number}" for number in asked[first : first + AT_A_TIME])
        known |= {row.id for row in await connection.request(ListTrials(id=0, where=where))}
    missing = [trial_name(number) for number in trials if trial_name(number) not in known]
    if missing:
        raise NotFoundError(f"no trial {named(missing)} in this sweep")


class _Departure:
    """Follows trials that were asked to go until their processes are gone."""

    def __init__(self, rows: list[TrialView]) -> None:
        self._slots = {row.id: row.slot for row in rows}
        self._attempts = {row.id: row.attempts for row in rows}
        self._began = time.monotonic()
        self.left: list[str] = []
        self.gone: list[Gone] = []

    def begin(self, names: Collection[str]) -> None:
        """Count from now on for these."""
        self.left = list(names)

    async def watch(self, connection: Connection, teller: Teller) -> None:
        """Wait until all are gone, telling of each."""
        if not self.left:
            return
        await connection.request(Subscribe(id=0, rate=20.0))
        told = False
        async with aclosing(connection.pushes()) as pushes:
            async for push in pushes:
                if gone := self._take(push):
                    teller.gone(gone)
                whole = not (isinstance(push, Snapshot) and push.more)
                if whole and not self.left:
                    return
                if whole and not told:
                    teller.waits(self.left)
                    told = True

    def _take(self, push: Push) -> list[Gone]:
        after_s = time.monotonic() - self._began
        left = set(self.left)
        settled = {row.id: row for row in push.trials if row.id in left and not _is_going(row)}
        self.left = [name for name in self.left if name not in settled]
        gone = [
            Gone(
                id=row.id,
                state=row.state,
                slot=self._slots[row.id],
                after_s=after_s,
                leftover=row.attempt_list[-1].leftover if row.attempt_list else [],
                again=row.state == "running" and row.attempts > self._attempts[row.id],
            )
            for row in settled.values()
            if row.id in self._slots and not row.held
        ]
        self.gone += gone
        return gone


def _is_going(row: TrialView) -> bool:
    return row.state == "running" and row.ending is not None


def _may_end(act: Act) -> bool:
    """Whether an act may ask processes to go."""
    if isinstance(act, UseGpus):
        return act.use != "include" and act.how != "end"
    return isinstance(act, _MAY_END)


def _is_patient(act: Act) -> bool:
    if isinstance(act, UseGpus):
        return act.use == "exclude" and act.how == "checkpoint"
    return isinstance(act, Undo) or (isinstance(act, Pause) and act.how == "release")


def _stay_alive() -> None:
    """Go on after a Ctrl-C: it was meant for the waiting."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()

"""Steering: sends an act and sees it through."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Collection
from contextlib import aclosing
from pathlib import Path

from msgspec import Struct

from engine.client import Connection
from engine.core.acts import Act
from engine.core.views import SweepView, TrialView
from engine.errors import NotFoundError, TunerError
from engine.lifecycle import grace_s
from engine.protocol.messages import (
    ActResult,
    DoAct,
    ListTrials,
    Snapshot,
    Subscribe,
)

FINAL = ("complete", "pruned", "failed")
BEYOND_GRACE_S = 5.0


class Deed(Struct, frozen=True, kw_only=True):
    """An act to do, or to try on."""

    act: Act
    why: str | None = None
    where: str | None = None
    dry_run: bool = False


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a deed. `gone_s` is how long it took until all it touched had let go."""

    result: ActResult
    slots: dict[str, int]
    gone_s: float


async def do(connection: Connection, deed: Deed) -> ActResult:
    """Send a deed. Raises ActError where it is refused."""
    result: ActResult = await connection.request(
        DoAct(
            id=0,
            request=uuid.uuid4().hex,
            act=deed.act,
            why=deed.why,
            where=deed.where,
            dry_run=deed.dry_run,
        )
    )
    return result


async def see_through(
    connection: Connection, deed: Deed, sweep: Path, done: Callable[[TrialView], bool]
) -> Outcome:
    """Send a deed and wait until each trial it touched is `done`, its process gone.

    Raises TunerError where that takes longer than the sweep's grace and a little more.
    """
    rows = {row.id: row for row in await connection.request(ListTrials(id=0))}
    began = time.monotonic()
    result = await do(connection, deed)
    touched = set(result.done) if not deed.dry_run else set()
    slots = {name: row.slot for name in touched if (row := rows.get(name)) and row.slot is not None}
    bound_s = grace_s(sweep) + BEYOND_GRACE_S
    try:
        async with asyncio.timeout(bound_s):
            await _until(connection, touched, done)
    except TimeoutError:
        left = ", ".join(sorted(touched)[:8])
        raise TunerError(f"{left}: asked to stop, but not gone after {bound_s:.0f} s") from None
    return Outcome(result=result, slots=slots, gone_s=time.monotonic() - began)


async def check_trials(connection: Connection, trials: Collection[int]) -> None:
    """Raise NotFoundError unless the sweep has all these trials."""
    known = {row.id for row in await connection.request(ListTrials(id=0))} if trials else set()
    missing = [f"t{number:04d}" for number in trials if f"t{number:04d}" not in known]
    if missing:
        raise NotFoundError(f"no trial {', '.join(missing)} in this sweep")


async def until_idle(connection: Connection, sweep: Path) -> SweepView:
    """Wait until nothing runs; give the sweep then. Raises TunerError where that takes too long."""
    bound_s = grace_s(sweep) + BEYOND_GRACE_S
    await connection.request(Subscribe(id=0, rate=20.0))
    try:
        async with asyncio.timeout(bound_s), aclosing(connection.pushes()) as pushes:
            async for push in pushes:
                if push.sweep is not None and not push.sweep.trials.get("running"):
                    return push.sweep
    except TimeoutError:
        raise TunerError(f"trials still run after {bound_s:.0f} s") from None
    raise TunerError("the engine hung up")


async def _until(
    connection: Connection, names: set[str], done: Callable[[TrialView], bool]
) -> None:
    if not names:
        return
    await connection.request(Subscribe(id=0, rate=20.0))
    left = set(names)
    async with aclosing(connection.pushes()) as pushes:
        async for push in pushes:
            if isinstance(push, Snapshot) and push.first:
                left = set(names)
            left -= {row.id for row in push.trials if done(row)}
            if not left and not (isinstance(push, Snapshot) and push.more):
                return

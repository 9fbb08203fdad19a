"""Follows a sweep to its end without a screen."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from pathlib import Path

from engine.client import Connection
from engine.core.acts import Stop
from engine.core.views import SweepView
from engine.errors import ActError, ConnectionLostError, EngineRunningError, TunerError
from engine.lifecycle import open_sweep, spelling, start_engine
from engine.protocol.messages import GetStatus, Leave, Subscribe

from .boundary import FAILED, INTERRUPTED, said
from .deeds import Deed, Teller, do
from .documents import print_json
from .interrupts import Interrupts
from .progress import Progress, summary
from .reach import look, who

ENDED = ("finished", "stopped")
LINK_S = 30.0
MOST_RESTARTS = 5
"""Starts of the engine without any trial's end in between."""


def run_headless(sweep: Path, interrupts: Interrupts, *, as_json: bool = False) -> int:
    """Print progress until the sweep ends; give the exit status: 1 where no trial had a result."""
    return asyncio.run(_Follower(sweep, interrupts, as_json).run())


def part(sweep: Path) -> None:
    """Print how an ended sweep went, and send its engine home; nothing where it goes on."""

    async def ask(connection: Connection) -> SweepView:
        view: SweepView = await connection.request(GetStatus(id=0))
        if view.state in ENDED:
            with suppress(ConnectionLostError):
                await connection.request(Leave(id=0))
        return view

    view = look(sweep, ask, read_only=False)
    if view.state in ENDED:
        for line in summary(view):
            print(line)


class _Follower:
    def __init__(self, sweep: Path, interrupts: Interrupts, as_json: bool) -> None:
        self._sweep = sweep
        self._as_json = as_json
        self._progress = Progress(quiet=as_json)
        self._interrupts = interrupts
        self._connection: Connection | None = None
        self._restarts = 0
        self._linked = asyncio.Event()
        self._given_up = asyncio.Event()

    async def run(self) -> int:
        stopping = asyncio.create_task(self._stop_when_asked())
        following = asyncio.create_task(self._follow())
        leaving = asyncio.create_task(self._given_up.wait())
        try:
            await asyncio.wait({following, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                said(f"left; the sweep goes on: tui-tuner attach {spelling(self._sweep)}")
                return INTERRUPTED
            return self._report(following.result())
        finally:
            for task in (stopping, following, leaving):
                task.cancel()
            await asyncio.gather(stopping, following, leaving, return_exceptions=True)
            if self._connection is not None:
                await self._connection.close()

    def _report(self, view: SweepView) -> int:
        self._progress.end()
        if self._as_json:
            print_json(view)
        else:
            for line in summary(view):
                print(line)
        # Where rules end trials early, the best of them may well be a pruned one.
        ended_early = view.best is not None and view.trials.get("pruned")
        return 0 if view.trials.get("complete") or ended_early else FAILED

    async def _follow(self) -> SweepView:
        while True:
            try:
                view = await self._follow_connection()
            except ConnectionLostError:
                await self._restart()
                continue
            with suppress(TunerError):
                if self._connection is not None:
                    await self._connection.request(Leave(id=0))
            return view

    async def _follow_connection(self) -> SweepView:
        connection = await open_sweep(self._sweep, who())
        try:
            if not connection.live:
                raise ConnectionLostError("the engine is gone")
            self._connection = connection
            self._linked.set()
            await connection.request(Subscribe(id=0, rate=4.0))
            async with aclosing(connection.pushes()) as pushes:
                async for push in pushes:
                    if self._progress.take(push):
                        self._restarts = 0
                    view = self._progress.view
                    if view is not None and view.state in ENDED and self._progress.whole:
                        return view
        except ConnectionLostError:
            self._connection = None
            self._linked.clear()
            await connection.close()
            raise
        raise ConnectionLostError("the engine hung up")

    async def _restart(self) -> None:
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            raise TunerError(
                f"the engine died {MOST_RESTARTS} times in a row; see {self._sweep}/engine.log"
            )
        self._progress.note("the engine is gone; trials run on; starting it again")
        with suppress(EngineRunningError):
            await asyncio.to_thread(start_engine, self._sweep)

    async def _stop_when_asked(self) -> None:
        await self._interrupts.next()
        await self._stop(Stop(), "stopping: running trials finish; Ctrl-C again stops them at once")
        await self._interrupts.next()
        await self._stop(Stop(now=True), "stopping running trials at once")
        await self._interrupts.next()
        self._given_up.set()

    async def _stop(self, act: Stop, sentence: str) -> None:
        self._progress.note(sentence)
        try:
            await asyncio.wait_for(self._linked.wait(), LINK_S)
            if self._connection is None:
                raise ConnectionLostError("the engine is not there at the moment")
            await do(self._connection, Deed(act=act), _Notes(self._progress))
        except ActError as error:
            self._progress.note(str(error))
        except (TunerError, TimeoutError) as error:
            self._progress.note(f"could not stop: {error or 'no engine answers'}")


class _Notes(Teller):
    """Says among the lines of the progress what holds an act up."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def held_up(self, why: list[str]) -> None:
        for reason in why:
            self._progress.note(reason)

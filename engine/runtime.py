"""The only interpreter of the machine's commands; owns the tasks and the clock.

One turn: something happened -> the journal records it -> the batch is committed -> viewers are
told and the commands are carried out. Nothing is done before it is stored.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from engine.asking import Asking, Proposals
from engine.attempts import Attempts, Launcher, Offsets
from engine.core.acts import Act
from engine.core.commands import Command, LaunchAttempt, Propose, StopAttempt
from engine.core.events import Acted, EngineStarted, SweepCreated
from engine.core.model import Plan
from engine.executors.base import Executor
from engine.hours import Hours
from engine.publisher import Publisher
from engine.store.base import Offset

log = logging.getLogger("engine")


class Runtime:
    """Carries out what the machine decides. `attempts.tails` is given before `start`.

    `ended` is set while the sweep is over. An error nobody expected breaks the publisher: the
    engine must then leave, and a restart goes on from what was stored.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        executor: Executor,
        proposals: Proposals,
        launcher: Launcher,
        clock: Callable[[], float],
    ) -> None:
        self.publisher = publisher
        self.machine = publisher.journal.machine
        self.ended = asyncio.Event()
        self.attempts = Attempts(
            publisher, executor=executor, launcher=launcher, clock=clock, spawn=self._spawn
        )
        self._executor = executor
        self._asking = Asking(publisher, proposals, clock=clock, spawn=self._spawn)
        self._hours = Hours(publisher, clock)
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        publisher.carry_out = self._carry_out
        publisher.after_commit = self._look

    async def start(self, plan: Plan, pid: int, offsets: Iterable[Offset]) -> None:
        """Begin, or go on where the replayed journal ends."""
        await self._executor.start()
        record = self.publisher.record
        resumed = self.publisher.journal.seq > 0
        running = list(self.machine.state.running)
        if not resumed:
            record(SweepCreated(at=self._clock(), plan=plan))
        record(EngineStarted(at=self._clock(), pid=pid, resumed=resumed))
        known: Offsets = {}
        for offset in offsets:
            known.setdefault((offset.trial, offset.attempt), {})[offset.file] = offset.offset
        for number in running:
            self.attempts.settle(number, known)

    async def act(self, act: Act, *, who: str, why: str | None, request: str) -> None:
        """Record a person's act and return once it is stored."""
        acted = Acted(at=self._clock(), request=request, who=who, act=act, why=why)
        self.publisher.record(acted)
        await self.publisher.committed()

    async def close(self) -> None:
        """Stop carrying out; attempts run on."""
        self._hours.forget()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._asking.close()
        await self._executor.close()

    def _carry_out(self, command: Command) -> None:
        match command:
            case Propose(count=count):
                self._asking.ask(count)
            case LaunchAttempt(trial=trial, attempt=attempt):
                self.attempts.launch(trial, attempt)
            case StopAttempt(trial=trial, attempt=attempt):
                self.attempts.stop(trial, attempt)

    def _look(self) -> None:
        """After every commit: has the sweep ended, and is its time over?"""
        if self.machine.state.ended_at is not None:
            self.ended.set()
        else:
            self.ended.clear()
        self._hours.look()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the engine failed", exc_info=error)
            self.publisher.fail(error)

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
from engine.core.commands import (
    AwaitGone,
    Command,
    ContinueAttempt,
    HoldAttempt,
    InheritCheckpoint,
    LaunchAttempt,
    Propose,
    StopAttempt,
    TellAttempt,
    WriteSpace,
)
from engine.core.edits import SpaceVersion
from engine.core.events import Acted, EngineStarted, SlotFreed, SweepCreated
from engine.core.plan import Plan
from engine.executors.base import Executor
from engine.failpoints import failpoint
from engine.hours import Hours
from engine.modelling.asking import AskingAhead, Learning
from engine.publisher import Publisher
from engine.store.base import Offset
from engine.storing import Storing
from engine.text import clean

log = logging.getLogger("engine")


class Runtime:
    """Carries out what the machine decides. `attempts.tails` is given before `start`.

    `write_space` writes a version's config, unless it is there. It blocks, and may raise anything:
    it reads what the user made of their sweep.yaml.
    Where the method learns, `learning` holds its model, and `proposals` draw what it does not make.
    `ended` is set while the sweep is over. An error nobody expected breaks the publisher: the
    engine must then leave, and a restart goes on from what was stored.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        executor: Executor,
        proposals: Proposals,
        learning: Learning | None = None,
        launcher: Launcher,
        clock: Callable[[], float],
        write_space: Callable[[SpaceVersion], None] = lambda version: None,
    ) -> None:
        self.publisher = publisher
        self.machine = publisher.journal.machine
        self.ended = asyncio.Event()
        self.attempts = Attempts(
            publisher, executor=executor, launcher=launcher, clock=clock, spawn=self._spawn
        )
        self._executor = executor
        self._asking = (
            Asking(publisher, proposals, clock=clock, spawn=self._spawn)
            if learning is None
            else AskingAhead(publisher, proposals, learning, clock=clock, spawn=self._spawn)
        )
        self._hours = Hours(publisher, clock)
        self._storing = Storing(publisher)
        self._clock = clock
        self._write_space = write_space
        self._tasks: set[asyncio.Task[None]] = set()
        publisher.carry_out = self._carry_out
        publisher.after_commit = self._look

    async def start(
        self, plan: Plan, pid: int, offsets: Iterable[Offset], space: Any = None
    ) -> None:
        """Begin, `space` being plain data, or go on where the replayed journal ends."""
        await self._executor.start()
        record = self.publisher.record
        resumed = self.publisher.journal.seq > 0
        running = list(self.machine.state.running)
        if not resumed:
            record(SweepCreated(at=self._clock(), plan=plan, space=space))
        record(EngineStarted(at=self._clock(), pid=pid, resumed=resumed))
        known: Offsets = {}
        for offset in offsets:
            known.setdefault((offset.trial, offset.attempt), {})[offset.file] = offset.offset
        for number in running:
            self.attempts.settle(number, known)
        newest = self.machine.state.space
        if newest is not None and newest.version > 1:
            self._spawn(self._keep_space(newest))

    async def act(
        self, act: Act, *, who: str, why: str | None, request: str, sentence: str = ""
    ) -> None:
        """Record a person's resolved act and return once it is stored."""
        acted = Acted(
            at=self._clock(), request=request, who=who, act=act, why=why, sentence=sentence
        )
        self.publisher.record(acted)
        await self._storing.stored(str(act.__struct_config__.tag).replace("_", " "))

    async def close(self) -> None:
        """Stop carrying out; attempts run on."""
        self._hours.forget()
        self.publisher.close()
        await self._asking.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._executor.close()

    def _carry_out(self, command: Command) -> None:
        failpoint(f"engine.{command.__struct_config__.tag}.before")
        match command:
            case Propose():
                self._asking.ask()
            case InheritCheckpoint(trial=trial):
                self.attempts.inherit(trial)
            case LaunchAttempt(trial=trial, attempt=attempt):
                self.attempts.launch(trial, attempt)
            case StopAttempt(trial=trial, attempt=attempt):
                self.attempts.stop(trial, attempt)
            case TellAttempt(trial=trial, attempt=attempt):
                self.attempts.tell(trial, attempt)
            case HoldAttempt(trial=trial, attempt=attempt):
                self.attempts.hold(trial, attempt)
            case ContinueAttempt(trial=trial, attempt=attempt):
                self.attempts.carry_on(trial, attempt)
            case AwaitGone(slot=slot, leftover=leftover):
                self._spawn(self._free_slot(slot, leftover))
            case WriteSpace(version=version):
                self._spawn(self._keep_space(self.machine.state.versions[version - 1]))

    async def _free_slot(self, slot: int, leftover: tuple[str, ...]) -> None:
        """Open a slot again once the processes that outlived their trial are gone."""
        await self._executor.await_gone(leftover)
        self.publisher.record(SlotFreed(at=self._clock(), slot=slot))

    async def _keep_space(self, version: SpaceVersion) -> None:
        """Write a version's config; where that cannot be, say so and go on without it."""
        fault = await asyncio.to_thread(self._try_to_write, version)
        failpoint("engine.write_space.after")
        if fault is not None or "space" in self.publisher.notices:
            self.publisher.notice("space", fault)

    def _try_to_write(self, version: SpaceVersion) -> str | None:
        """Say why a version's config could not be written, if it could not."""
        try:
            self._write_space(version)
        except Exception as error:
            name = f"sweep.v{version.version}.yaml"
            why = clean(str(error).partition("\n")[0], limit=300) or type(error).__name__
            log.warning("%s was not written", name, exc_info=True)
            return f"{name} was not written: {why}"
        return None

    def _look(self) -> None:
        """After every commit: has the sweep ended, and is its time over?"""
        if self.machine.state.ended_at is not None:
            self.ended.set()
        else:
            self.ended.clear()
        self._hours.look()
        self._asking.look()

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

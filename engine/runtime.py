"""The only interpreter of the machine's commands; owns the tasks and the clock.

One turn: something happened -> the journal records it -> the batch is committed -> viewers are
told and the commands are carried out. Nothing is done before it is stored.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from engine.core.acts import Act
from engine.core.commands import Command, LaunchAttempt, Propose, StopAttempt
from engine.core.events import (
    Acted,
    AttemptEnded,
    AttemptFenced,
    AttemptLaunched,
    EngineStarted,
    Event,
    LimitReached,
    ReportsArrived,
    SearchExhausted,
    SweepCreated,
    TrialProposed,
)
from engine.core.model import NotStarted, Plan, Process, Running, Trial
from engine.core.seeds import seed_for
from engine.core.state import Scheduling
from engine.errors import LaunchError
from engine.executors.base import Adopted, AttemptSpec, Ended, Executor, Fenced, Settled
from engine.failpoints import failpoint
from engine.ingest.base import Harvest
from engine.publisher import Publisher
from engine.search.base import Exhausted, Proposal
from engine.store.base import Offset

log = logging.getLogger("engine")

DISK_RETRY_S = 1.0
HOURS_RETRY_S = 1.0


class Proposals(Protocol):
    """Where configurations come from. Called from one worker thread."""

    def propose(self, index: int) -> tuple[Proposal | Exhausted, int]:
        """Proposal for `index`, and the index to ask for next."""
        ...


class Launcher(Protocol):
    """Makes the folder of an attempt and says how to start it. Raises OSError, TunerError."""

    def spec(self, trial: Trial, attempt: int) -> AttemptSpec:
        """What to start for this attempt; its folders and params.json exist afterwards."""
        ...


class Tails(Protocol):
    """Reads what attempts write. New reports reach the runtime through `take_harvest`."""

    def watch(self, spec: AttemptSpec, offsets: dict[str, int]) -> None:
        """Begin to read an attempt's files from these offsets."""
        ...

    async def finish(self, trial: int, attempt: int) -> list[Harvest]:
        """Read to the very end and stop watching; all earlier harvests have been taken."""
        ...


class Runtime:
    """Carries out what the machine decides. `tails` is given before `start`.

    `ended` is set while the sweep is over. `broken` resolves with the error if the store fails
    for good: the engine must then leave, and a restart goes on from what was stored.
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
        self.tails: Tails
        self.ended = asyncio.Event()
        self.disk_has_space = asyncio.Event()
        self.disk_has_space.set()
        self._executor = executor
        self._proposals = proposals
        self._launcher = launcher
        self._clock = clock
        self._search_thread = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._tasks: set[asyncio.Task[None]] = set()
        self._launching: dict[tuple[int, int], asyncio.Task[None]] = {}
        self._hours: asyncio.TimerHandle | None = None
        self._wanted = 0
        executor.on_end = self._take_end
        publisher.carry_out = self._carry_out
        publisher.after_commit = self._look_at_the_clock

    async def start(self, plan: Plan, pid: int, offsets: Iterable[Offset]) -> None:
        """Begin, or go on where the replayed journal ends."""
        await self._executor.start()
        resumed = self.publisher.journal.seq > 0
        running = list(self.machine.state.running)
        if not resumed:
            self.record(SweepCreated(at=self._clock(), plan=plan))
        self.record(EngineStarted(at=self._clock(), pid=pid, resumed=resumed))
        known: dict[tuple[int, int], dict[str, int]] = {}
        for offset in offsets:
            known.setdefault((offset.trial, offset.attempt), {})[offset.file] = offset.offset
        for number in running:
            self._spawn(self._settle(self.machine.state.trials[number], known))

    def record(self, event: Event, offsets: Iterable[Offset] = ()) -> None:
        """Let an event happen: handled now, stored and carried out as soon as possible."""
        self.publisher.record(event, offsets)

    async def close(self) -> None:
        """Stop carrying out; attempts run on."""
        self._forget_the_hours()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._search_thread.shutdown(wait=False, cancel_futures=True)
        await self._executor.close()

    # Commands -------------------------------------------------------------------------------

    def _carry_out(self, command: Command) -> None:
        match command:
            case Propose(count=count):
                self._wanted += count
                if self._wanted == count:
                    self._spawn(self._propose())
            case LaunchAttempt(trial=trial, attempt=attempt):
                task = self._spawn(self._launch(trial, attempt))
                self._launching[trial, attempt] = task
                task.add_done_callback(lambda _: self._launching.pop((trial, attempt), None))
            case StopAttempt(trial=trial, attempt=attempt):
                if (trial, attempt) not in self._launching:
                    self._executor.stop(trial, attempt)

    async def _propose(self) -> None:
        """Ask one proposal after the other: their indices, and so the sweep, stay in order."""
        loop = asyncio.get_running_loop()
        while self._wanted > 0:
            index = self.machine.state.next_index
            made, following = await loop.run_in_executor(
                self._search_thread, self._proposals.propose, index
            )
            if isinstance(made, Exhausted):
                self._wanted = 0
                self.record(SearchExhausted(at=self._clock(), reason=made.reason))
                return
            self._wanted -= 1
            self._trial_proposed(made, following - 1)

    def _trial_proposed(self, made: Proposal, index: int) -> None:
        plan = self.machine.state.plan
        self.record(
            TrialProposed(
                at=self._clock(),
                trial=len(self.machine.state.trials) + 1,
                index=index,
                params=made.params,
                origin=made.origin,
                seed=seed_for(plan.seed, index),
                stage=plan.stage,
                budget=plan.budget,
            )
        )

    async def _launch(self, number: int, n: int) -> None:
        while not self.disk_has_space.is_set() and not self._is_ending(number, n):
            await self._wait_for_space()
        state = self._running(number, n)
        if state is None:
            return
        if state.ending is not None:
            self._never_started(number, n, "stopped before it started")
            return
        try:
            process = await self._start_attempt(self.machine.state.trials[number], n)
        except (LaunchError, OSError) as error:
            await self.tails.finish(number, n)
            self._never_started(number, n, str(error))
            return
        failpoint("engine.launch.requested")
        self.record(AttemptLaunched(at=self._clock(), trial=number, attempt=n, process=process))
        self._stop_if_asked_meanwhile(number, n)

    async def _start_attempt(self, trial: Trial, n: int) -> Process:
        """Start an attempt's process, on a full disk as soon as there is space."""
        while True:
            try:
                spec = self._launcher.spec(trial, n)
                self.tails.watch(spec, {})
                return await self._executor.launch(spec)
            except (LaunchError, OSError) as error:
                if not _is_disk_full(error) or self._is_ending(trial.number, n):
                    raise
            await self._show_that_it_waits(trial)

    async def _show_that_it_waits(self, trial: Trial) -> None:
        self.publisher.notice("launch", f"the disk is full: {trial.name} waits to start")
        await asyncio.sleep(DISK_RETRY_S)
        self.publisher.notice("launch", None)

    async def _wait_for_space(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.disk_has_space.wait(), DISK_RETRY_S)

    def _is_ending(self, number: int, n: int) -> bool:
        state = self._running(number, n)
        return state is None or state.ending is not None

    def _never_started(self, number: int, n: int, reason: str) -> None:
        exit_ = NotStarted(reason=reason)
        self.record(AttemptEnded(at=self._clock(), trial=number, attempt=n, exit=exit_))

    def _running(self, number: int, n: int) -> Running | None:
        state = self.machine.state.trials[number].state
        return state if isinstance(state, Running) and state.attempt == n else None

    def _stop_if_asked_meanwhile(self, number: int, n: int) -> None:
        state = self._running(number, n)
        if state is not None and state.ending is not None:
            self._executor.stop(number, n)

    # What happens ---------------------------------------------------------------------------

    def take_harvest(self, harvest: Harvest) -> None:
        """Record what an attempt wrote, its reports and its offsets in one transaction."""
        offsets = [
            Offset(trial=harvest.trial, attempt=harvest.attempt, file=file, offset=offset)
            for file, offset in harvest.offsets.items()
        ]
        self.record(
            ReportsArrived(
                at=self._clock(),
                trial=harvest.trial,
                attempt=harvest.attempt,
                reports=harvest.reports,
                rejected=harvest.rejected,
                complaint=harvest.complaint,
            ),
            offsets,
        )

    def _take_end(self, ended: Ended) -> None:
        self._spawn(self._attempt_ended(ended))

    async def _attempt_ended(self, ended: Ended) -> None:
        launching = self._launching.get((ended.trial, ended.attempt))
        if launching is not None:
            await asyncio.wait({launching})
        for harvest in await self.tails.finish(ended.trial, ended.attempt):
            self.take_harvest(harvest)
        self.record(
            AttemptEnded(
                at=self._clock(),
                trial=ended.trial,
                attempt=ended.attempt,
                exit=ended.exit,
                leftover=ended.leftover,
            )
        )

    async def _settle(self, trial: Trial, known: dict[tuple[int, int], dict[str, int]]) -> None:
        n = trial.next_attempt - 1
        settled = await self._find_out(trial, n, known.get((trial.number, n), {}))
        match settled:
            case Adopted(process=process):
                if trial.attempts[-1].process is None:
                    self.record(
                        AttemptLaunched(
                            at=self._clock(), trial=trial.number, attempt=n, process=process
                        )
                    )
                self._stop_if_asked_meanwhile(trial.number, n)
            case Fenced():
                await self.tails.finish(trial.number, n)
                self.record(AttemptFenced(at=self._clock(), trial=trial.number, attempt=n))
            case Ended():
                await self._attempt_ended(settled)

    async def _find_out(self, trial: Trial, n: int, offsets: dict[str, int]) -> Settled:
        """What became of an attempt, on a full disk as soon as there is space."""
        while True:
            try:
                spec = self._launcher.spec(trial, n)
                self.tails.watch(spec, offsets)
                return await self._executor.settle(spec)
            except OSError as error:
                if not _is_disk_full(error):
                    raise
            await self._show_that_it_waits(trial)

    # Time, tasks ------------------------------------------------------------------------------

    def _look_at_the_clock(self) -> None:
        state = self.machine.state
        if state.ended_at is not None:
            self.ended.set()
            self._forget_the_hours()
            return
        self.ended.clear()
        if state.plan.limits.hours is not None and self._hours is None:
            left = state.plan.limits.hours * 3600 - state.watch.elapsed(self._clock())
            self._call_when_over(left, state.plan.limits.hours)

    def _call_when_over(self, left_s: float, hours: float) -> None:
        loop = asyncio.get_running_loop()
        self._hours = loop.call_later(max(0.0, left_s), self._hours_are_over, hours)

    def _hours_are_over(self, hours: float) -> None:
        if self.machine.state.scheduling is Scheduling.DRAINING:
            self._call_when_over(HOURS_RETRY_S, hours)
            return
        sentence = f"{hours:g} hours are over"
        self.record(LimitReached(at=self._clock(), limit="hours", sentence=sentence))

    def _forget_the_hours(self) -> None:
        """A sweep that has ended stops its watch: after `resume` the time left is another."""
        if self._hours is not None:
            self._hours.cancel()
            self._hours = None

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

    async def act(self, act: Act, *, who: str, why: str | None, request: str) -> None:
        """Record a person's act and return once it is stored."""
        self.record(Acted(at=self._clock(), request=request, who=who, act=act, why=why))
        await self.publisher.committed()


def _is_disk_full(error: BaseException) -> bool:
    cause = error.__cause__ if isinstance(error, LaunchError) else error
    return isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)

"""Starts attempts, finds out what became of them, and records how they end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from engine.core.events import (
    AttemptEnded,
    AttemptFenced,
    AttemptLaunched,
    ReportsArrived,
    Warned,
)
from engine.core.model import NotStarted, Process, Running, Trial, trial_name
from engine.errors import LaunchError
from engine.executors.base import Adopted, AttemptSpec, Ended, Executor, Fenced, Settled
from engine.failpoints import failpoint
from engine.full_disk import DISK_RETRY_S, is_disk_full
from engine.ingest.base import Harvest
from engine.publisher import Publisher
from engine.store.base import Offset
from engine.telling import Telling
from engine.text import clean

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
Offsets = dict[tuple[int, int], dict[str, int]]
"""(trial, attempt) -> file -> how far it has been read."""


class Launcher(Protocol):
    """Makes the folder of an attempt and says how to start it. Raises OSError, TunerError."""

    def spec(self, trial: Trial, attempt: int) -> AttemptSpec:
        """What to start for this attempt; its folders and params.json exist afterwards."""
        ...

    def inherit(self, trial: Trial, parent: int) -> int | None:
        """Give a trial the checkpoint of its parent that it begins at, unless it has one.

        Gives its step, None where there is none. Blocks; raises OSError.
        """
        ...

    def attempt_dir(self, trial: int, attempt: int) -> Path:
        """The folder of an attempt, made or not."""
        ...


class Tails(Protocol):
    """Reads what attempts write. New reports reach the runtime through `take_harvest`."""

    def watch(self, spec: AttemptSpec, offsets: dict[str, int]) -> None:
        """Begin to read an attempt's files from these offsets."""
        ...

    async def finish(self, trial: int, attempt: int) -> list[Harvest]:
        """Read to the very end and stop watching; all earlier harvests have been taken."""
        ...


class Attempts:
    """The attempts of one sweep. `tails` is given before anything is started.

    `peak_seen` gives the most bytes that a running attempt was seen to hold on its device,
    `mean_util_seen` how busy it kept its share of that.

    While `disk_has_space` is not set nothing is started; what waits can still be stopped.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        executor: Executor,
        launcher: Launcher,
        clock: Callable[[], float],
        spawn: Spawn,
    ) -> None:
        self.tails: Tails
        self.peak_seen: Callable[[int, int], int | None] = lambda trial, attempt: None
        self.mean_util_seen: Callable[[int, int], float | None] = lambda trial, attempt: None
        self.disk_has_space = asyncio.Event()
        self.disk_has_space.set()
        self._publisher = publisher
        self._record = publisher.record
        self._trials = publisher.journal.machine.state.trials
        self._executor = executor
        self._launcher = launcher
        self._clock = clock
        self._spawn = spawn
        self._telling = Telling(publisher, launcher)
        self._launching: dict[tuple[int, int], asyncio.Task[None]] = {}
        self._inheriting: set[asyncio.Task[None]] = set()
        executor.on_end = self._take_end

    def launch(self, number: int, n: int) -> None:
        """Begin to start an attempt."""
        task = self._spawn(self._launch(number, n))
        self._launching[number, n] = task
        task.add_done_callback(lambda _: self._launching.pop((number, n), None))

    def inherit(self, number: int) -> None:
        """Begin to give a trial its parent's checkpoint; nothing is started before that is done:
        a parent that trains on removes its older ones."""
        task = self._spawn(self._inherit(self._trials[number]))
        self._inheriting.add(task)
        task.add_done_callback(self._inheriting.discard)

    def stop(self, number: int, n: int) -> None:
        """Begin to end an attempt; one that is still being started ends once it runs."""
        if (number, n) not in self._launching:
            self._executor.stop(number, n)
            failpoint("engine.stop_attempt.after")

    def tell(self, number: int, n: int) -> None:
        """Begin to tell an attempt what is asked of it; it need not run yet."""
        self._spawn(self._telling.tell(number, n))

    def hold(self, number: int, n: int) -> None:
        """Begin to stop an attempt where it is; one that is still being started, once it runs."""
        if (number, n) not in self._launching:
            self._executor.hold(number, n)

    def carry_on(self, number: int, n: int) -> None:
        """Begin to let a held attempt go on."""
        self._executor.carry_on(number, n)

    def settle(self, number: int, known: Offsets) -> None:
        """Begin to find out what became of a trial's attempt while no engine looked."""
        self._spawn(self._settle(self._trials[number], known))

    def take_harvest(self, harvest: Harvest) -> None:
        """Record what an attempt wrote, its reports and its offsets in one transaction."""
        offsets = [
            Offset(trial=harvest.trial, attempt=harvest.attempt, file=file, offset=offset)
            for file, offset in harvest.offsets.items()
        ]
        self._record(
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

    # Starting -------------------------------------------------------------------------------

    async def _inherit(self, trial: Trial) -> None:
        if trial.parent is None:
            return
        try:
            step = await asyncio.to_thread(self._launcher.inherit, trial, trial.parent)
            fault = None if step is not None else "it has none: does its script save any?"
        except OSError as error:
            fault = str(error)
        if fault is not None:
            parent = trial_name(trial.parent)
            text = f"{trial.name} begins afresh, without a checkpoint of {parent}: {fault}"
            self._record(Warned(at=self._clock(), code="inheritance", text=clean(text)))

    async def _launch(self, number: int, n: int) -> None:
        if self._inheriting:
            await asyncio.wait(set(self._inheriting))
        while not self.disk_has_space.is_set() and not self._is_ending(number, n):
            await self._wait_for_space()
        state = self._running(number, n)
        if state is None:
            return
        if state.ending is not None:
            self._never_started(number, n, "stopped before it started")
            return
        try:
            process = await self._start_attempt(self._trials[number], n)
        except (LaunchError, OSError) as error:
            await self.tails.finish(number, n)
            self._never_started(number, n, str(error))
            return
        failpoint("engine.launch.requested")
        self._record(AttemptLaunched(at=self._clock(), trial=number, attempt=n, process=process))
        await self._do_what_was_asked(number, n)

    async def _start_attempt(self, trial: Trial, n: int) -> Process:
        """Start an attempt's process, on a full disk as soon as there is space."""
        while True:
            try:
                spec = self._launcher.spec(trial, n)
                self.tails.watch(spec, {})
                return await self._executor.launch(spec)
            except (LaunchError, OSError) as error:
                if not is_disk_full(error) or self._is_ending(trial.number, n):
                    raise
            await self._show_that_it_waits(trial)

    async def _show_that_it_waits(self, trial: Trial) -> None:
        self._publisher.notice("launch", f"the disk is full: {trial.name} waits to start")
        await asyncio.sleep(DISK_RETRY_S)
        self._publisher.notice("launch", None)

    async def _wait_for_space(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.disk_has_space.wait(), DISK_RETRY_S)

    def _is_ending(self, number: int, n: int) -> bool:
        state = self._running(number, n)
        return state is None or state.ending is not None

    def _never_started(self, number: int, n: int, reason: str) -> None:
        exit_ = NotStarted(reason=reason)
        self._record(AttemptEnded(at=self._clock(), trial=number, attempt=n, exit=exit_))

    def _running(self, number: int, n: int) -> Running | None:
        state = self._trials[number].state
        return state if isinstance(state, Running) and state.attempt == n else None

    async def _do_what_was_asked(self, number: int, n: int) -> None:
        """Stop, hold or tell an attempt that runs, as was asked while it could not be reached."""
        state = self._running(number, n)
        if state is None:
            return
        if state.ending is not None and not state.gently:
            self._executor.stop(number, n)
            return
        if state.held:
            self._executor.hold(number, n)
        await self._telling.remind(number, n)

    def _let_go_on(self, number: int, n: int) -> None:
        """Have an adopted attempt run that no act holds: the engine may have died in between."""
        state = self._running(number, n)
        if state is not None and not state.held:
            self._executor.carry_on(number, n)

    # Ending ---------------------------------------------------------------------------------

    def _take_end(self, ended: Ended) -> None:
        self._spawn(self._attempt_ended(ended))

    async def _attempt_ended(self, ended: Ended) -> None:
        launching = self._launching.get((ended.trial, ended.attempt))
        if launching is not None:
            await asyncio.wait({launching})
        for harvest in await self.tails.finish(ended.trial, ended.attempt):
            self.take_harvest(harvest)
        self._record(
            AttemptEnded(
                at=self._clock(),
                trial=ended.trial,
                attempt=ended.attempt,
                exit=ended.exit,
                leftover=ended.leftover,
                peak_memory=self._peak(ended),
                mean_util=self.mean_util_seen(ended.trial, ended.attempt),
            )
        )

    def _peak(self, ended: Ended) -> int | None:
        """The most of what looks at the tree found, and of what was told at its end: of the GPU by
        the script, otherwise what its largest process came to."""
        seen = self.peak_seen(ended.trial, ended.attempt)
        on_gpus = self._trials[ended.trial].attempts[-1].gpus
        told = ended.peak_gpu_memory if on_gpus else ended.peak_memory
        return max(seen or 0, told or 0) or None

    async def _settle(self, trial: Trial, known: dict[tuple[int, int], dict[str, int]]) -> None:
        n = trial.next_attempt - 1
        settled = await self._find_out(trial, n, known.get((trial.number, n), {}))
        match settled:
            case Adopted(process=process):
                if trial.attempts[-1].process is None:
                    self._record(
                        AttemptLaunched(
                            at=self._clock(), trial=trial.number, attempt=n, process=process
                        )
                    )
                self._let_go_on(trial.number, n)
                await self._do_what_was_asked(trial.number, n)
            case Fenced():
                await self.tails.finish(trial.number, n)
                self._record(AttemptFenced(at=self._clock(), trial=trial.number, attempt=n))
            case Ended():
                await self._attempt_ended(settled)

    async def _find_out(self, trial: Trial, n: int, offsets: dict[str, int]) -> Settled:
        """What became of an attempt, on a full disk as soon as there is space."""
        watched = False
        while True:
            try:
                spec = self._launcher.spec(trial, n)
                if not watched:
                    self.tails.watch(spec, offsets)
                    watched = True
                return await self._executor.settle(spec)
            except OSError as error:
                if not is_disk_full(error):
                    raise
            await self._show_that_it_waits(trial)

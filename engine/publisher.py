"""Commit first, publish after: between the journal, the store's writer, and whoever watches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from msgspec import Struct

from engine.core.acts import Decision
from engine.core.commands import Command
from engine.core.events import (
    Acted,
    AttemptEnded,
    AttemptStarted,
    Event,
    ReportsArrived,
    SlotFreed,
    StageEntered,
)
from engine.core.model import trial_number
from engine.core.projection import trial_view
from engine.core.views import SweepView, TrialView
from engine.failpoints import ARMED, failpoint
from engine.journal import Journal
from engine.keeping import Samples
from engine.store.base import Batch, DeviceSample, Logged, Offset, UsageSample

DISK = "disk"
"""The code of the notice that the disk is full, or nearly."""

_NAMED = {
    Acted: "acted",
    AttemptStarted: "attempt_started",
    AttemptEnded: "attempt_ended",
    ReportsArrived: "reports",
    SlotFreed: "slot_freed",
    StageEntered: "stage_entered",
}


class Writer(Protocol):
    """Commits batches in the order given; calls back on the event loop."""

    def submit(self, batch: Batch, on_done: Callable[[BaseException | None], None]) -> None:
        """Write `batch` durably, then call `on_done`."""
        ...


class Commit(Struct, kw_only=True):
    """What one commit changed. `seq` 0 means that only a notice or a device did."""

    seq: int
    trials: set[int]
    decisions: list[Decision]


class Publisher:
    """Keeps one commit in flight, and shows the committed state only.

    `rows`, `sweep` and `decisions` are what viewers may see. `carry_out` gets each command after
    the commit of the event that called for it.
    """

    def __init__(self, journal: Journal, writer: Writer) -> None:
        self.journal = journal
        self.rows: dict[int, TrialView] = {}
        self.sweep: SweepView | None = None
        self.decisions: list[Decision] = []
        self.notices: dict[str, str] = {}
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.carry_out: Callable[[Command], None] = lambda _: None
        self.after_commit: Callable[[], None] = lambda: None
        self.seq = 0
        self._writer = writer
        self._commands: list[Command] = []
        self._in_flight = False
        self._due = False
        self._watchers: list[Callable[[Commit], None]] = []
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._samples = Samples(self._write_samples)

    def replay(self, log: Iterable[Logged], stored: Iterable[TrialView] = ()) -> int:
        """Take in a stored log; give the number of its events.

        The next commit writes the rows that are not as `stored`: an older version showed less.
        """
        count = self.journal.replay(log)
        self.seq = self.journal.seq
        machine = self.journal.machine
        self.rows = {number: trial_view(t) for number, t in machine.state.trials.items()}
        written = {trial_number(view.id): view for view in stored}
        self.journal.touch(n for n, view in self.rows.items() if view != written.get(n))
        self.decisions = list(machine.history.decisions)
        return count

    def record(self, event: Event, offsets: Iterable[Offset] = ()) -> None:
        """Handle an event; its commit starts within this turn of the loop or after the last."""
        self._commands += self.journal.record(event, offsets)
        if not self._due and not self._in_flight:
            self._due = True
            asyncio.get_running_loop().call_soon(self._commit)

    def keep(self, usage: Iterable[UsageSample], devices: Iterable[DeviceSample]) -> None:
        """Have samples written with the next commit, or without one within seconds.

        Best effort: none waits for a full disk, and no event waits for a sample.
        """
        if self.disk_trouble is None:
            self._samples.add(usage, devices)

    @property
    def disk_trouble(self) -> str | None:
        """What is wrong with the disk, as people are told; None: nothing."""
        return self.notices.get(DISK)

    def close(self) -> None:
        """Write the samples that still wait."""
        self._samples.write()

    def watch(self, listener: Callable[[Commit], None]) -> Callable[[], None]:
        """Call `listener` after every commit; the function returned ends it."""
        self._watchers.append(listener)
        return partial(self._watchers.remove, listener)

    def notice(self, code: str, text: str | None) -> None:
        """Show, or take back, a line that is no part of the sweep's history."""
        if text is None:
            self.notices.pop(code, None)
        else:
            self.notices[code] = text
        self.tell()

    def tell(self, trials: Iterable[int] = ()) -> None:
        """Tell watchers that something beside the committed state changed, of `trials` too."""
        self._publish(Commit(seq=self.seq, trials=set(trials), decisions=[]))

    async def committed(self) -> None:
        """Wait until all that has been recorded so far is stored."""
        if self.seq >= self.journal.seq:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((self.journal.seq, future))
        await future

    def fail(self, error: BaseException) -> None:
        """Give up: `broken` resolves with `error`."""
        if not self.broken.done():
            self.broken.set_exception(error)

    def _commit(self) -> None:
        self._due = False
        if self._in_flight or not self.journal.pending:
            return
        seq = self.journal.seq
        batch, touched, decisions = self.journal.take()
        commands, self._commands = self._commands, []
        if self.disk_trouble is None:
            self._samples.join(batch)
        else:
            self._samples.drop()
        self._in_flight = True
        _reach("before_commit", batch)
        commit = Commit(seq=seq, trials=touched, decisions=decisions)
        self._writer.submit(batch, partial(self._written, batch, commit, commands))

    def _write_samples(self, batch: Batch, on_done: Callable[[], None]) -> None:
        """Hand over samples alone; a writer that failed tells of it with the next commit."""
        self._writer.submit(batch, lambda error: on_done())

    def _written(
        self, batch: Batch, commit: Commit, commands: list[Command], error: BaseException | None
    ) -> None:
        self._in_flight = False
        if error is not None:
            self.fail(error)
            return
        _reach("after_commit", batch)
        self.seq = commit.seq
        self.rows.update((trial_number(view.id), view) for view in batch.trials)
        self.sweep = batch.sweep
        self.decisions += commit.decisions
        for command in commands:
            self.carry_out(command)
        self._publish(commit)
        self._wake()
        self.after_commit()
        if self.journal.pending:
            self._commit()

    def _publish(self, commit: Commit) -> None:
        for watcher in list(self._watchers):
            watcher(commit)

    def _wake(self) -> None:
        still = []
        for seq, future in self._waiting:
            if seq <= self.seq and not future.done():
                future.set_result(None)
            elif not future.done():
                still.append((seq, future))
        self._waiting = still


def _reach(where: str, batch: Batch) -> None:
    if ARMED is None:
        return
    for kind in {type(logged.event) for logged in batch.events} & _NAMED.keys():
        failpoint(f"engine.{_NAMED[kind]}.{where}")

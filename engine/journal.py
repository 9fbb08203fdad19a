"""The one way events reach the machine: numbered, handled, and gathered into batches to commit.

The runtime and the simulation both keep a journal; what differs is only when they commit and who
carries the commands out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from engine.core.acts import Decision
from engine.core.commands import Command, Emit
from engine.core.events import Event
from engine.core.machine import SweepMachine
from engine.core.projection import trial_view
from engine.core.views import SweepView
from engine.store.base import Batch, Logged, Offset


class Journal:
    """Feeds a machine and remembers what has not been committed yet.

    `seq` is the number of the last event. `take()` hands over everything since the last `take()`
    as one batch: events, offsets, and the rows of the trials that changed.
    """

    def __init__(self, machine: SweepMachine, show_sweep: Callable[[], SweepView]) -> None:
        self.machine = machine
        self.seq = 0
        self.show_sweep = show_sweep
        self._batch = Batch()
        self._touched: set[int] = set()
        self._decisions: list[Decision] = []

    def replay(self, log: Iterable[Logged]) -> int:
        """Fold a stored log into the machine; give the number of events. Nothing has changed."""
        count = 0
        handle = self.machine.handle
        for logged in log:
            handle(logged.event)
            self.seq = logged.seq
            count += 1
        self.machine.state.changed.clear()
        return count

    def touch(self, trials: Iterable[int]) -> None:
        """Have the rows of these trials written with the next batch."""
        self._touched.update(trials)

    def record(self, event: Event, offsets: Iterable[Offset] = ()) -> list[Command]:
        """Handle an event and all it emits; give the commands to carry out after the commit."""
        self._batch.offsets.extend(offsets)
        commands: list[Command] = []
        queue = deque([event])
        while queue:
            event = queue.popleft()
            self.seq += 1
            self._batch.events.append(Logged(seq=self.seq, event=event))
            for command in self.machine.handle(event):
                if isinstance(command, Emit):
                    queue.append(command.event)
                else:
                    commands.append(command)
            self._note_changes(event)
        return commands

    def _note_changes(self, event: Event) -> None:
        number = getattr(event, "trial", None)
        if number is not None:
            self._touched.add(number)
        changed = self.machine.state.changed
        if changed:
            self._touched |= changed
            changed.clear()
        if self.machine.decided is not None:
            self._decisions.append(self.machine.decided)

    @property
    def pending(self) -> int:
        """How many events wait for a commit."""
        return len(self._batch.events)

    def take(self) -> tuple[Batch, set[int], list[Decision]]:
        """Hand over what is to be committed, the trials it touched, and the decisions in it."""
        batch, self._batch = self._batch, Batch()
        touched, self._touched = self._touched, set()
        decisions, self._decisions = self._decisions, []
        trials = self.machine.state.trials
        batch.trials = [trial_view(trials[number]) for number in sorted(touched & trials.keys())]
        batch.sweep = self.show_sweep()
        return batch, touched, decisions

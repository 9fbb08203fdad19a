"""The same machine on a virtual clock: scripted trials, fake slots, no process and no waiting.

Commands are carried out by a small world that answers with events at later virtual times. A store
may stand behind it, as in a real sweep, so that restarts can be simulated too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count

from msgspec import Struct

from engine.core.commands import Command, LaunchAttempt, Propose, StopAttempt
from engine.core.events import (
    AttemptEnded,
    AttemptLaunched,
    EngineStarted,
    Event,
    ReportsArrived,
    SearchExhausted,
    SweepCreated,
    TrialProposed,
)
from engine.core.judging import Judge
from engine.core.machine import SweepMachine
from engine.core.model import Exit, Exited, Plan, Process, Report, Running, Signalled, Trial
from engine.core.projection import sweep_view
from engine.core.seeds import seed_for
from engine.core.state import SweepState
from engine.core.views import SweepView
from engine.journal import Journal
from engine.search.base import Exhausted, Proposal
from engine.store.base import Store

Propositions = Callable[[int], tuple[Proposal | Exhausted, int]]
"""Proposal for an index, and the index to ask for next (see `DistinctProposer.propose`)."""


class Line(Struct, frozen=True):
    """One step of a script: after so many seconds more, report these metrics at this step."""

    seconds: float
    step: int
    metrics: dict[str, float]


class Run(Struct, frozen=True):
    """What an attempt does: its lines, one after the other, then its exit."""

    lines: Sequence[Line]
    exit: Exit = Exited(code=0)
    seconds_to_exit: float = 0.0


Script = Callable[[Trial, int], Run]
"""(trial, attempt number) -> what the attempt does. Pure."""


class Simulation:
    """A sweep on a virtual clock (`now`, seconds).

    `stop_s` is how long a process takes to go when asked; `commit_every` events go to the store
    in one batch.
    """

    def __init__(
        self,
        plan: Plan,
        propose: Propositions,
        script: Script,
        *,
        judges: Sequence[Judge] = (),
        store: Store | None = None,
        stop_s: float = 0.1,
        commit_every: int = 2000,
    ) -> None:
        self.now = 0.0
        self._plan = plan
        self._propose = propose
        self._script = script
        self._judges = judges
        self._store = store
        self._stop_s = stop_s
        self._commit_every = commit_every
        self._order = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._alive: dict[tuple[int, int], Iterator[Line]] = {}
        self.journal = self._fresh_journal()
        self._do(SweepCreated(at=self.now, plan=plan))
        self._do(EngineStarted(at=self.now, pid=0, resumed=False))

    @property
    def state(self) -> SweepState:
        """The sweep's state now."""
        return self.journal.machine.state

    @property
    def machine(self) -> SweepMachine:
        """The machine that decides."""
        return self.journal.machine

    def record(self, event: Event) -> None:
        """Let something happen now, such as a person's act."""
        self._do(event)

    def step(self) -> bool:
        """Let the next thing happen; False when nothing will."""
        if not self._due:
            return False
        self.now, _, happen = heappop(self._due)
        happen()
        return True

    def run(self, until: float = float("inf")) -> SweepState:
        """Let everything happen that is due before virtual second `until`."""
        while self._due and self._due[0][0] <= until:
            self.step()
        self.commit()
        return self.state

    def restart(self) -> None:
        """Lose the engine and start another from the store; what ran goes on running."""
        assert self._store is not None
        self.commit()
        self.journal = self._fresh_journal()
        self.journal.replay(self._store.replay())
        self._do(EngineStarted(at=self.now, pid=0, resumed=True))

    def commit(self) -> None:
        """Write what happened since the last commit."""
        batch, _, _ = self.journal.take()
        if self._store is not None:
            self._store.write(batch)

    # The world -----------------------------------------------------------------------------

    def _fresh_journal(self) -> Journal:
        machine = SweepMachine(self._judges)

        def show() -> SweepView:
            return sweep_view(machine.state, directory="", pid=None)

        return Journal(machine, show)

    def _do(self, event: Event) -> None:
        for command in self.journal.record(event):
            self._carry_out(command)
        if self.journal.pending >= self._commit_every:
            self.commit()

    def _after(self, seconds: float, happen: Callable[[], None]) -> None:
        heappush(self._due, (self.now + seconds, next(self._order), happen))

    def _carry_out(self, command: Command) -> None:
        match command:
            case Propose(count=wanted):
                self._after(0.0, lambda: self._make_proposals(wanted))
            case LaunchAttempt(trial=number, attempt=n):
                self._after(0.0, lambda: self._launch(number, n))
            case StopAttempt(trial=number, attempt=n):
                exit_ = Signalled(signal=15)
                self._after(self._stop_s, lambda: self._end(number, n, exit_))

    def _make_proposals(self, wanted: int) -> None:
        for _ in range(wanted):
            made, index = self._propose(self.state.next_index)
            if isinstance(made, Exhausted):
                self._do(SearchExhausted(at=self.now, reason=made.reason))
                return
            self._do(
                TrialProposed(
                    at=self.now,
                    trial=len(self.state.trials) + 1,
                    index=index - 1,
                    params=made.params,
                    origin=made.origin,
                    seed=seed_for(self._plan.seed, index - 1),
                    stage=self._plan.stage,
                    budget=self._plan.budget,
                )
            )

    def _launch(self, number: int, n: int) -> None:
        trial = self.state.trials[number]
        run = self._script(trial, n)
        self._alive[number, n] = iter(run.lines)
        self._do(
            AttemptLaunched(
                at=self.now, trial=number, attempt=n, process=Process(pid=0, start="spawn")
            )
        )
        self._next_line(number, n, run)

    def _next_line(self, number: int, n: int, run: Run) -> None:
        lines = self._alive.get((number, n))
        if lines is None:
            return
        line = next(lines, None)
        if line is None:
            self._after(run.seconds_to_exit, lambda: self._end(number, n, run.exit))
            return

        def report() -> None:
            if (number, n) in self._alive:
                made = Report(line.step, self.now, line.metrics)
                self._do(ReportsArrived(at=self.now, trial=number, attempt=n, reports=(made,)))
                self._next_line(number, n, run)

        self._after(line.seconds, report)

    def _end(self, number: int, n: int, exit_: Exit) -> None:
        if self._alive.pop((number, n), None) is None:
            return
        state = self.state.trials[number].state
        if isinstance(state, Running) and state.attempt == n:
            self._do(AttemptEnded(at=self.now, trial=number, attempt=n, exit=exit_))

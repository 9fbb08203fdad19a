"""The same machine on a virtual clock: scripted trials, fake slots, no process and no waiting.

Commands are carried out by a small world that answers with events at later virtual times. A store
may stand behind it, as in a real sweep, so that restarts can be simulated too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from heapq import heappop, heappush
from itertools import count
from math import isfinite
from typing import Any

from engine.asking import Proposals, take_news, trial_proposed
from engine.core.commands import (
    Command,
    ContinueAttempt,
    HoldAttempt,
    LaunchAttempt,
    Propose,
    StopAttempt,
    TellAttempt,
)
from engine.core.devices import Standing
from engine.core.events import (
    AttemptEnded,
    AttemptLaunched,
    DevicesChanged,
    EngineStarted,
    Event,
    LimitReached,
    ReportsArrived,
    SearchExhausted,
    SweepCreated,
)
from engine.core.evolution import Evolver
from engine.core.judging import Judge
from engine.core.limits import time_left
from engine.core.machine import SweepMachine
from engine.core.model import (
    Exit,
    Process,
    Report,
    Running,
    Signalled,
    Trial,
)
from engine.core.plan import Plan
from engine.core.projection import sweep_view
from engine.core.ranges import Ranges
from engine.core.state import Scheduling, SweepState
from engine.core.views import SweepView
from engine.journal import Journal
from engine.scripted_proposals import ByIndex, Propositions
from engine.search.base import Exhausted
from engine.simulated import Line, Run, SimulatedProcess
from engine.store.base import Store

__all__ = ["Line", "Propositions", "Run", "Script", "Simulation"]

Script = Callable[[Trial, int], Run]
"""(trial, attempt number) -> what the attempt does. Pure; a script with checkpoints begins after
`trial.last_step`, and one that can be promoted while it runs has lines beyond its budget."""

Looks = Iterable[tuple[float, Sequence[Standing]]]
"""When GPUs stand otherwise, and how, in the order of time."""

Heard = Callable[[int, Report], None]
"""Hears of a trial's report once the machine has taken it in."""


class Simulation:
    """A sweep on a virtual clock (`now`, seconds).

    `space` is plain data, which `ranges` understands; a sweep without them searches what
    `proposals` gives. `stop_s` is how long a process takes to go when asked; `commit_every` events
    go to the store in one batch. `looks` say how GPUs stand over time. `heard` hears them report.
    """

    def __init__(
        self,
        plan: Plan,
        proposals: Proposals | Propositions,
        script: Script,
        *,
        space: Any = None,
        ranges: Ranges | None = None,
        judges: Sequence[Judge] = (),
        evolver: Evolver | None = None,
        store: Store | None = None,
        stop_s: float = 0.1,
        commit_every: int = 2000,
        looks: Looks = (),
        heard: Heard | None = None,
    ) -> None:
        self.now = 0.0
        self._plan = plan
        self._proposals = ByIndex(proposals) if callable(proposals) else proposals
        self._script = script
        self._ranges = ranges
        self._judges = judges
        self._evolver = evolver
        self._store = store
        self._stop_s = stop_s
        self._commit_every = commit_every
        self._heard = heard
        self._order = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._alive: dict[tuple[int, int], SimulatedProcess] = {}
        self._seen: dict[str, Standing] = {}
        self.journal = self._fresh_journal()
        self._do(SweepCreated(at=self.now, plan=plan, space=space))
        self._do(EngineStarted(at=self.now, pid=0, resumed=False))
        for at, standings in looks:
            self._after(at, partial(self._look, standings))

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
        if self._time_is_over(self._due[0][0]):
            return True
        self.now, _, happen = heappop(self._due)
        happen()
        return True

    def run(self, until: float = float("inf")) -> SweepState:
        """Let everything happen that is due by virtual second `until`, and go on to then."""
        while self._due and self._due[0][0] <= until:
            self.step()
        if isfinite(until):
            self.now = max(self.now, until)
        self.commit()
        return self.state

    def _time_is_over(self, until: float) -> bool:
        """Let a limit of time be reached, if one is before `until`."""
        if self.state.scheduling not in (Scheduling.OPEN, Scheduling.PAUSED):
            return False
        first = time_left(self.state, self.now)
        if first is None or self.now + first.left_s >= until:
            return False
        self.now += max(0.0, first.left_s)
        self._do(LimitReached(at=self.now, limit=first.limit, sentence=first.sentence))
        return True

    def restart(self, proposals: Proposals | None = None) -> None:
        """Lose the engine and start another from the store; what ran goes on running.

        `proposals` make all further ones: a new engine makes its search method anew.
        """
        assert self._store is not None
        self._proposals = proposals or self._proposals
        self.commit()
        self.journal = self._fresh_journal()
        self.journal.replay(self._store.replay())
        self._do(EngineStarted(at=self.now, pid=0, resumed=True))
        self._look(tuple(self._seen.values()))

    def commit(self) -> None:
        """Write what happened since the last commit."""
        batch, _, _ = self.journal.take()
        if self._store is not None:
            self._store.write(batch)

    # The world -----------------------------------------------------------------------------

    def _fresh_journal(self) -> Journal:
        machine = SweepMachine(self._judges, self._ranges, self._evolver)

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
            case Propose():
                self._after(0.0, self._make_proposals)
            case LaunchAttempt(trial=number, attempt=n):
                self._after(0.0, lambda: self._launch(number, n))
            case StopAttempt(trial=number, attempt=n):
                exit_ = Signalled(signal=15)
                self._after(self._stop_s, lambda: self._end(number, n, exit_))
            case (
                TellAttempt(trial=number, attempt=n)
                | HoldAttempt(trial=number, attempt=n)
                | ContinueAttempt(trial=number, attempt=n)
            ):
                # In the order of the commands, and after a launch that is still due.
                self._after(0.0, lambda: self._see_to(number, n))

    def _look(self, standings: Sequence[Standing]) -> None:
        self._seen |= {standing.device.uuid: standing for standing in standings}
        if standings:
            self._do(DevicesChanged(at=self.now, standings=tuple(standings)))

    def _make_proposals(self) -> None:
        state = self.state
        while state.asked > 0:
            made, following = self._proposals.propose(
                state.next_index, tuple(state.versions), take_news(state)
            )
            if isinstance(made, Exhausted):
                self._do(SearchExhausted(at=self.now, reason=made.reason))
            else:
                self._do(trial_proposed(state, made, following - 1, self.now))

    # Processes -----------------------------------------------------------------------------

    def _launch(self, number: int, n: int) -> None:
        trial = self.state.trials[number]
        process = SimulatedProcess(self._script(trial, n))
        self._alive[number, n] = process
        self._see_to(number, n)
        self._do(
            AttemptLaunched(
                at=self.now, trial=number, attempt=n, process=Process(pid=0, start="spawn")
            )
        )
        self._go_on(number, n, process)

    def _see_to(self, number: int, n: int) -> None:
        """Have a process know what is asked of it, and be held where its trial is."""
        trial = self.state.trials[number]
        process, running = self._alive.get((number, n)), trial.state
        if process is None or not isinstance(running, Running) or running.attempt != n:
            return
        process.budget = trial.budget
        process.is_leaving = running.gently
        if running.held and running.ending is None:
            process.hold(self.now)
        elif process.is_held:
            self._plan_next(number, n, process, process.release())

    def _go_on(self, number: int, n: int, process: SimulatedProcess) -> None:
        process.proceed()
        self._plan_next(number, n, process, process.seconds_to_next())

    def _plan_next(self, number: int, n: int, process: SimulatedProcess, seconds: float) -> None:
        if process.is_held:
            process.hold_for(seconds)
            return
        turn = process.plan(self.now + seconds)
        self._after(seconds, lambda: self._take_turn(number, n, process, turn))

    def _take_turn(self, number: int, n: int, process: SimulatedProcess, turn: int) -> None:
        if self._alive.get((number, n)) is not process or process.turn != turn:
            return
        line = process.line
        if line is None:
            self._end(number, n, process.exit)
            return
        made = Report(line.step, self.now, line.metrics)
        self._do(ReportsArrived(at=self.now, trial=number, attempt=n, reports=(made,)))
        if self._heard is not None:
            self._heard(number, made)
        if self._alive.get((number, n)) is process:
            self._go_on(number, n, process)

    def _end(self, number: int, n: int, exit_: Exit) -> None:
        if self._alive.pop((number, n), None) is None:
            return
        state = self.state.trials[number].state
        if isinstance(state, Running) and state.attempt == n:
            self._do(AttemptEnded(at=self.now, trial=number, attempt=n, exit=exit_))

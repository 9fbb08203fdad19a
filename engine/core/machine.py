"""The sweep's state machine: the only thing that changes a sweep's state.

Same events in, same state out. `handle` returns commands for its interpreter (the runtime, or the
simulation); a replay after a restart drops them and goes on from `EngineStarted`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import acting, reporting
from .acts import Act, Decision, Preview
from .commands import Command, LaunchAttempt
from .events import (
    Acted,
    AttemptEnded,
    AttemptFenced,
    AttemptLaunched,
    AttemptStarted,
    EngineStarted,
    Event,
    LimitReached,
    ReportsArrived,
    SearchExhausted,
    SweepCreated,
    SweepEnded,
    TrialProposed,
    VerdictReached,
    Warned,
)
from .history import History
from .judging import Judge
from .model import (
    Attempt,
    AttemptEnd,
    Complete,
    Ending,
    Lost,
    Running,
    Trial,
    Waiting,
    is_final,
)
from .placement import Slots
from .scheduling import next_commands
from .state import Scheduling, SweepState
from .verdicts import outcome_of, state_after


class SweepMachine:
    """Folds events into a `SweepState` and says what must be done next."""

    def __init__(self, judges: Sequence[Judge] = ()) -> None:
        self.state = SweepState()
        self.history = History()
        self.decided: Decision | None = None
        """The decision the last handled event made, if it made one."""
        self._judges = tuple(judges)
        self._handlers: dict[type, Callable[[Any], list[Command]]] = {
            SweepCreated: self._sweep_created,
            EngineStarted: self._engine_started,
            TrialProposed: self._trial_proposed,
            SearchExhausted: self._search_exhausted,
            AttemptStarted: self._attempt_started,
            AttemptLaunched: self._attempt_launched,
            ReportsArrived: self._reports_arrived,
            AttemptEnded: self._attempt_ended,
            AttemptFenced: self._attempt_fenced,
            VerdictReached: self._verdict_reached,
            Acted: self._acted,
            LimitReached: self._limit_reached,
            Warned: self._warned,
            SweepEnded: self._sweep_ended,
        }

    def handle(self, event: Event) -> list[Command]:
        """Change the state by one event; say what must be done."""
        if isinstance(event, EngineStarted):
            self.state.watch.stop(self.state.last_at)
        self.state.last_at = max(self.state.last_at, event.at)
        self.decided = self.history.handle(event)
        return self._handlers[type(event)](event)

    def preview(self, act: Act) -> Preview:
        """Say what an act would do now; changes nothing."""
        return acting.preview(self.state, act)

    # The sweep --------------------------------------------------------------------------

    def _sweep_created(self, event: SweepCreated) -> list[Command]:
        self.state.plan = event.plan
        self.state.created_at = event.at
        self.state.slots = Slots(event.plan.slots)
        return []

    def _engine_started(self, event: EngineStarted) -> list[Command]:
        self.state.asked = 0
        if self.state.scheduling is not Scheduling.ENDED:
            self.state.watch.start(event.at)
        return next_commands(self.state, event.at)

    def _limit_reached(self, event: LimitReached) -> list[Command]:
        if self.state.scheduling is Scheduling.OPEN:
            self.state.scheduling = Scheduling.LIMITED
            self.state.limit = event.limit
            self.state.sentence = event.sentence
        return next_commands(self.state, event.at)

    def _warned(self, event: Warned) -> list[Command]:
        self.state.warnings.pop(event.code, None)
        if event.text:
            self.state.warnings[event.code] = event
        return []

    def _sweep_ended(self, event: SweepEnded) -> list[Command]:
        self.state.scheduling = Scheduling.ENDED
        self.state.end_state = event.state
        self.state.sentence = event.sentence
        self.state.ended_at = event.at
        self.state.watch.stop(event.at)
        return []

    def _acted(self, event: Acted) -> list[Command]:
        commands = acting.apply(self.state, event)
        return commands + next_commands(self.state, event.at)

    # Proposals --------------------------------------------------------------------------

    def _trial_proposed(self, event: TrialProposed) -> list[Command]:
        state = self.state
        state.asked = max(0, state.asked - 1)
        state.next_index = max(state.next_index, event.index + 1)
        state.add(
            Trial(
                number=event.trial,
                params=event.params,
                origin=event.origin,
                seed=event.seed,
                stage=event.stage,
                space_version=event.space_version,
                proposed_at=event.at,
                budget=event.budget,
            )
        )
        return next_commands(state, event.at)

    def _search_exhausted(self, event: SearchExhausted) -> list[Command]:
        self.state.asked = 0
        self.state.exhausted = event.reason
        return next_commands(self.state, event.at)

    # Attempts ---------------------------------------------------------------------------

    def _attempt_started(self, event: AttemptStarted) -> list[Command]:
        trial = self.state.trials[event.trial]
        trial.next_attempt = event.attempt + 1
        trial.attempts.append(
            Attempt(n=event.attempt, slot=event.slot, device=event.device, started_at=event.at)
        )
        self.state.set_state(trial, Running(attempt=event.attempt, slot=event.slot))
        return [LaunchAttempt(trial=event.trial, attempt=event.attempt)]

    def _attempt_launched(self, event: AttemptLaunched) -> list[Command]:
        attempt = self._current(event.trial, event.attempt)
        if attempt is not None:
            attempt.process = event.process
        return []

    def _attempt_ended(self, event: AttemptEnded) -> list[Command]:
        attempt = self._current(event.trial, event.attempt)
        trial = self.state.trials[event.trial]
        running = trial.state
        if attempt is None or not isinstance(running, Running):
            return []
        if isinstance(event.exit, Lost):
            trial.losses += 1
        after = state_after(trial, running, event.exit, event.at, self.state.plan.max_losses)
        attempt.end = AttemptEnd(
            at=event.at,
            exit=event.exit,
            outcome=outcome_of(running, after, event.exit),
            leftover=event.leftover,
        )
        self.state.set_state(trial, after, first=isinstance(after, Waiting))
        commands: list[Command] = []
        if is_final(after):
            self.state.count_failure(after)
        if isinstance(after, Complete):
            self.state.completed_seconds.add(event.at - attempt.started_at)
            commands += reporting.missing_objective(self.state, event.at)
        return commands + next_commands(self.state, event.at)

    def _attempt_fenced(self, event: AttemptFenced) -> list[Command]:
        trial = self.state.trials[event.trial]
        if self._current(event.trial, event.attempt) is not None:
            trial.attempts.pop()
            self.state.set_state(trial, Waiting(), first=True)
        return next_commands(self.state, event.at)

    def _current(self, number: int, n: int) -> Attempt | None:
        trial = self.state.trials[number]
        running = trial.state
        if isinstance(running, Running) and running.attempt == n:
            return trial.attempts[-1]
        return None

    # Reports and rules ------------------------------------------------------------------------

    def _reports_arrived(self, event: ReportsArrived) -> list[Command]:
        return reporting.take_reports(self.state, event, self._judges)

    def _verdict_reached(self, event: VerdictReached) -> list[Command]:
        if self._current(event.trial, event.attempt) is None:
            return []
        ending = Ending.DIVERGED if event.failure is not None else Ending.PRUNED
        trial = self.state.trials[event.trial]
        reason = f"{event.rule}: {event.sentence}"
        return acting.end_attempt(self.state, trial, ending, reason)

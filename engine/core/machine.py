"""The sweep's state machine: the only thing that changes a sweep's state.

Same events in, same state out. `handle` returns commands for its interpreter (the runtime, or the
simulation); a replay after a restart drops them and goes on from `EngineStarted`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from . import acting, attempting, auto_slots, evolving, losing, reporting, staging
from .acting import Facts, Prepared
from .acts import Act, Decision
from .commands import AwaitGone, Command, WriteSpace
from .demands import Demands
from .edits import SpaceVersion
from .ending import end_attempt
from .events import (
    Acted,
    AttemptEnded,
    AttemptFenced,
    AttemptLaunched,
    AttemptStarted,
    DevicesChanged,
    EngineStarted,
    Event,
    LimitReached,
    ReportsArrived,
    Requeued,
    RoundEvolved,
    RungPromoted,
    SearchExhausted,
    SlotFreed,
    StageEntered,
    SweepCreated,
    SweepEnded,
    TrialProposed,
    VerdictReached,
    Warned,
)
from .evolution import Evolver
from .history import History
from .judging import Judge
from .model import (
    Ending,
    Trial,
    Waiting,
)
from .placement import Slots
from .ranges import Ranges
from .rungs import Ladder
from .scheduling import next_commands
from .state import Scheduling, SweepState


class SweepMachine:
    """Folds events into a `SweepState` and says what must be done next.

    `ranges` knows the search space; without it, acts and stages that touch the space are refused
    or leave it alone. `evolver` breeds the next round of a sweep that evolves.
    """

    def __init__(
        self,
        judges: Sequence[Judge] = (),
        ranges: Ranges | None = None,
        evolver: Evolver | None = None,
    ) -> None:
        self.state = SweepState()
        self.history = History()
        self.decided: Decision | None = None
        """The decision the last handled event made, if it made one."""
        self.ranges = ranges
        self._evolver = evolver
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
            StageEntered: self._stage_entered,
            RoundEvolved: self._round_evolved,
            RungPromoted: self._rung_promoted,
            SlotFreed: self._slot_freed,
            DevicesChanged: self._devices_changed,
            Requeued: self._requeued,
            SweepEnded: self._sweep_ended,
        }

    def handle(self, event: Event) -> list[Command]:
        """Change the state by one event; say what must be done."""
        if isinstance(event, EngineStarted):
            self.state.watch.stop(self.state.last_at)
            self.state.slot_time.engine_was_away(self.state.last_at, event.at)
        self.state.last_at = max(self.state.last_at, event.at)
        self.decided = self.history.handle(event)
        return self._handlers[type(event)](event)

    def prepare(self, act: Act, facts: Facts) -> Prepared:
        """Resolve an act against the sweep as it is, and say what it would do; changes nothing."""
        return acting.prepare(self.state, act, msgspec.structs.replace(facts, ranges=self.ranges))

    def rules(self) -> list[str]:
        """How the rules stand now, a sentence each."""
        told = [
            f"{text}; advises only" if judge.advisory else text
            for judge in self._judges
            if (text := judge.describe(self.state.peers))
        ]
        ladder = self.state.ladder.describe()
        return [*told, ladder] if ladder else told

    def _next(self, at: float) -> list[Command]:
        auto_slots.resize(self.state)
        return next_commands(self.state, at, self.ranges, self._evolver)

    # The sweep --------------------------------------------------------------------------

    def _sweep_created(self, event: SweepCreated) -> list[Command]:
        self.state.plan = event.plan
        self.state.created_at = event.at
        self.state.demands = Demands(event.plan)
        self.state.auto_slots = event.plan.auto_slots and self.state.demands.on_gpus
        self.state.slots = Slots(0 if self.state.auto_slots else event.plan.slots)
        self.state.ladder = Ladder(event.plan.rungs, self.state.peers)
        if event.space is not None:
            self.state.versions.append(SpaceVersion(version=1, at=event.at, document=event.space))
        staging.begin(self.state)
        return []

    def _engine_started(self, event: EngineStarted) -> list[Command]:
        self.state.asked = 0
        self.state.gpus.close_all()
        if self.state.scheduling is not Scheduling.ENDED:
            self.state.watch.start(event.at)
        blocked = self.state.slots.blocked.items()
        again: list[Command] = [AwaitGone(slot=slot, leftover=by) for slot, by in blocked]
        if self.state.space_version > 1:
            again.append(WriteSpace(version=self.state.space_version))
        again += evolving.inheritances(self.state)
        return again + self._next(event.at)

    def _limit_reached(self, event: LimitReached) -> list[Command]:
        if self.state.scheduling in (Scheduling.OPEN, Scheduling.PAUSED):
            self.state.scheduling = Scheduling.LIMITED
            self.state.limit = event.limit
            self.state.sentence = event.sentence
        return self._next(event.at)

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
        if self.decided is None:
            return []
        commands = acting.apply(self.state, event, self.decided.n)
        return commands + self._next(event.at)

    def _stage_entered(self, event: StageEntered) -> list[Command]:
        commands = staging.enter(self.state, event.entry, event.at, "engine")
        return commands + self._next(event.at)

    def _rung_promoted(self, event: RungPromoted) -> list[Command]:
        trial = self.state.trials[event.trial]
        trial.budget = event.budget
        trial.losses = 0
        self.state.set_state(trial, Waiting(), first=True)
        return self._next(event.at)

    def _round_evolved(self, event: RoundEvolved) -> list[Command]:
        commands = evolving.begin_round(self.state, event)
        return commands + self._next(event.at)

    def _slot_freed(self, event: SlotFreed) -> list[Command]:
        self.state.slots.unblock(event.slot)
        self.state.gpus.free(event.slot)
        return self._next(event.at)

    def _devices_changed(self, event: DevicesChanged) -> list[Command]:
        commands = losing.take_standings(self.state, event)
        return commands + self._next(event.at)

    def _requeued(self, event: Requeued) -> list[Command]:
        return []

    # Proposals --------------------------------------------------------------------------

    def _trial_proposed(self, event: TrialProposed) -> list[Command]:
        state = self.state
        state.asked = max(0, state.asked - 1)
        state.next_index = max(state.next_index, event.index + 1)
        state.stage.proposed += 1
        state.note_source(event.source)
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
                overrides=dict(state.stage.plan.overrides),
                rank_class=state.stage.rank_class,
            )
        )
        return self._next(event.at)

    def _search_exhausted(self, event: SearchExhausted) -> list[Command]:
        self.state.asked = 0
        self.state.exhausted = event.reason
        return self._next(event.at)

    # Attempts ---------------------------------------------------------------------------

    def _attempt_started(self, event: AttemptStarted) -> list[Command]:
        commands = attempting.start(self.state, event)
        return commands + self._next(event.at)

    def _attempt_launched(self, event: AttemptLaunched) -> list[Command]:
        attempting.launch(self.state, event)
        return []

    def _attempt_ended(self, event: AttemptEnded) -> list[Command]:
        commands = attempting.end(self.state, event, self.ranges)
        return [] if commands is None else commands + self._next(event.at)

    def _attempt_fenced(self, event: AttemptFenced) -> list[Command]:
        attempting.fence(self.state, event)
        return self._next(event.at)

    # Reports and rules ------------------------------------------------------------------------

    def _reports_arrived(self, event: ReportsArrived) -> list[Command]:
        commands = reporting.take_reports(self.state, event, self._judges)
        staging.follow_first_rung(self.state)
        return commands

    def _verdict_reached(self, event: VerdictReached) -> list[Command]:
        trial = self.state.trials[event.trial]
        reason = f"{event.rule}: {event.sentence}"
        if event.advisory:
            trial.advice = reason
            self.state.changed.add(trial.number)
            return []
        if attempting.current(self.state, event.trial, event.attempt) is None:
            return []
        ending = Ending.PRUNED
        if event.failure is not None:
            ending = Ending.DIVERGED
        elif event.converged:
            ending = Ending.CONVERGED
        trial.stopped_by = event.rule
        return end_attempt(self.state, trial, ending, reason)

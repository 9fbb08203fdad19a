"""A sweep's state, as the machine holds it, with the few primitives that keep it consistent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .claims import Claims
from .demands import Demands
from .edits import SpaceVersion
from .events import Warned
from .gpus import Gpus
from .leaders import Leaders
from .measures import Mean, Span, Stopwatch
from .model import (
    Best,
    Failed,
    Goal,
    Running,
    Source,
    Trial,
    TrialState,
    Waiting,
    is_final,
    state_name,
)
from .modes import Scheduling as Scheduling
from .peers import Peers
from .placement import Slots
from .plan import Plan
from .ranking import beats, best_of, is_marked_infeasible, leads
from .repeats import Finals
from .rungs import Ladder
from .slot_time import SlotTime
from .stage import Stage
from .undoable import Undoable


class SweepState:
    """Everything the machine knows. Only the machine's handlers change it.

    `waiting` is the queue, a dict for its order and its cheap removal from the middle; `wanted`
    are those in it that start though a limit is reached. `counted` is how many trials count
    toward the limit, `extra_trials` how many a person added to it. `failures_in_a_row` counts
    failures that are not infeasible configurations; `since_best` holds the trials that have ended
    since the best last got better.
    `stages` are those entered so far, the last one current. `changed` collects the numbers of
    trials whose rows are to be shown anew; the journal empties it. `unlearned` collects those of
    which the search method has not heard the latest; whoever asks it for proposals empties that.
    `source` is what made the newest proposal, `sources` how many each method made. `auto_slots`:
    there are as many slots as the GPUs have room for.
    """

    def __init__(self) -> None:
        self.plan = Plan(name="", metric="", goal=Goal.MINIMIZE, slots=0)
        self.created_at = 0.0
        self.ended_at: float | None = None
        self.last_at = 0.0
        self.trials: dict[int, Trial] = {}
        self.counts: Counter[str] = Counter()
        self.waiting: dict[int, None] = {}
        self.wanted: set[int] = set()
        self.counted = 0
        self.extra_trials = 0
        self.running: dict[int, None] = {}
        self.slots = Slots(0)
        self.auto_slots = False
        self.gpus = Gpus()
        self.claims = Claims()
        self.demands = Demands()
        self.scheduling = Scheduling.OPEN
        self.end_state: str | None = None
        self.sentence = ""
        self.limit: str | None = None
        self.next_index = 0
        self.asked = 0
        self.exhausted: str | None = None
        self.failures_in_a_row = 0
        self.anything_reported = False
        self.best: int | None = None
        self.since_best: set[int] = set()
        self.requests: set[str] = set()
        self.warnings: dict[str, Warned] = {}
        self.metrics: dict[str, None] = {}
        self.objective_seen = False
        self.objective_span = Span()
        self.completed_seconds = Mean()
        self.epoch_seconds = Mean()
        self.watch = Stopwatch()
        self.slot_time = SlotTime()
        self.versions: list[SpaceVersion] = []
        self.stages: list[Stage] = []
        self.undoable: list[Undoable] = []
        self.changed: set[int] = set()
        self.source: Source | None = None
        self.sources: dict[str, int] = {}
        self.unlearned: set[int] = set()
        self.peers = Peers(self.trials, lambda: self.plan)
        self.leaders = Leaders(self.trials, lambda: self.plan.goal)
        self.finals = Finals(self.trials, lambda: self.plan.goal)
        self.ladder = Ladder(None, self.peers)

    @property
    def space_version(self) -> int:
        """The number of the current version of the space."""
        return len(self.versions) or 1

    @property
    def space(self) -> SpaceVersion | None:
        """The current version of the space; None in a sweep that was created without one."""
        return self.versions[-1] if self.versions else None

    @property
    def stage(self) -> Stage:
        """The current stage."""
        return self.stages[-1]

    @property
    def trials_limit(self) -> int | None:
        """How many trials may be proposed: the plan's limit, and what a person added to it."""
        limit = self.plan.limits.trials
        return None if limit is None else limit + self.extra_trials

    @property
    def next_number(self) -> int:
        """The number of the next new trial."""
        return len(self.trials) + 1

    def note_source(self, source: Source | None) -> None:
        """Remember what made a proposal."""
        self.source = source
        if source is not None:
            maker = "start-up" if source.startup else source.method
            self.sources[maker] = self.sources.get(maker, 0) + 1

    def add(self, trial: Trial) -> None:
        """Take in a new, waiting trial."""
        self.trials[trial.number] = trial
        self.counts["waiting"] += 1
        self.waiting[trial.number] = None
        self.claims.enter(trial.number, self.demands.of(trial))
        self.counted += trial.counted
        if trial.wanted:
            self.wanted.add(trial.number)
        self.changed.add(trial.number)
        self.unlearned.add(trial.number)
        self.finals.take_in(trial)
        if (stage := self.stage_of(trial)) is not None:
            stage.members += trial.repeat_of is None
            stage.note_open(trial, 1)

    def stage_of(self, trial: Trial) -> Stage | None:
        """The stage a trial is in."""
        return next((s for s in reversed(self.stages) if s.plan.name == trial.stage), None)

    def join(self, trial: Trial, stage: Stage) -> None:
        """Take a trial that has ended over into a later stage; to the former one it was done."""
        trial.stage = stage.plan.name
        stage.members += 1
        stage.promoted += 1
        self.changed.add(trial.number)
        self._note_finals(trial)

    def rerank(self, trial: Trial, rank_class: int) -> None:
        """Rank a trial by what it reports from now on only, in another class."""
        before = trial.best
        self.peers.rerank(trial)
        trial.rank_class = rank_class
        trial.ranked_after = trial.last_step or 0
        trial.best = None
        self.changed.add(trial.number)
        self.note_best(trial, before)

    def want(self, trial: Trial, wanted: bool = True) -> None:
        """Say whether a trial's next attempt was asked for by a person or a stage."""
        trial.wanted = wanted
        if wanted and isinstance(trial.state, Waiting):
            self.wanted.add(trial.number)
        else:
            self.wanted.discard(trial.number)

    def count(self, trial: Trial, counted: bool) -> None:
        """Count a trial toward the limit, or no longer."""
        self.counted += counted - trial.counted
        trial.counted = counted

    def best_trials(self, most: int, among: Iterable[Trial] | None = None) -> list[Trial]:
        """The best trials by their objectives, best first, of the highest class that has any."""
        trials = self.trials.values() if among is None else among
        return best_of(trials, self.plan.goal, most)

    def set_state(self, trial: Trial, state: TrialState, *, first: bool = False) -> None:
        """Move a trial to `state`, keeping counts, queue, slots and GPUs right.

        One that runs takes the GPUs of its newest attempt. `first` puts a trial that waits again at
        the head of the queue.
        """
        before = trial.state
        self.counts[state_name(before)] -= 1
        self.counts[state_name(state)] += 1
        trial.state = state
        self.peers.settle(trial)
        self.changed.add(trial.number)
        self.unlearned.add(trial.number)
        if isinstance(before, Waiting):
            self.waiting.pop(trial.number, None)
            self.claims.leave(trial.number)
            self.wanted.discard(trial.number)
        if isinstance(before, Running) and not isinstance(state, Running):
            self.running.pop(trial.number, None)
            self.slots.release(before.slot)
            self.gpus.release(trial.number)
        if isinstance(state, Running) and not isinstance(before, Running):
            self.slots.take(state.slot, trial.number)
            current = trial.attempts[-1]
            self.gpus.take(trial.number, current.gpus, current.share)
            self.running[trial.number] = None
        if isinstance(state, Waiting):
            self._enqueue(trial.number, first)
            self.claims.enter(trial.number, self.demands.of(trial))
            if trial.wanted:
                self.wanted.add(trial.number)
        if is_final(before) != is_final(state):
            if (stage := self.stage_of(trial)) is not None:
                stage.note_open(trial, -1 if is_final(state) else 1)
            self._note_end(trial)
        if is_marked_infeasible(before) != is_marked_infeasible(state):
            self._rank_anew(trial)
        self._note_finals(trial)
        self.ladder.note(trial)

    def _note_end(self, trial: Trial) -> None:
        """Count a trial of the search that has ended, and tells something, without a new best."""
        state = trial.state
        says_nothing = isinstance(state, Failed) and not state.kind.infeasible
        if not is_final(state) or says_nothing or not trial.attempts:
            self.since_best.discard(trial.number)
        elif trial.counted and trial.repeat_of is None and trial.number != self.best:
            self.since_best.add(trial.number)

    def _rank_anew(self, trial: Trial) -> None:
        """Let a trial stand among the best no longer, or again."""
        self.note_best(trial, None)
        if self.best == trial.number and is_marked_infeasible(trial.state):
            self._find_best()

    def _note_finals(self, trial: Trial) -> None:
        finalist = self.finals.note(trial)
        if finalist is not None:
            self.changed.add(finalist)

    def _enqueue(self, number: int, first: bool) -> None:
        self.waiting = {number: None, **self.waiting} if first else {**self.waiting, number: None}

    def note_best(self, trial: Trial, before: Best | None) -> None:
        """Let `trial` take the lead if its best beats the sweep's, or lose it if that fell.

        `before` is the trial's best before its curve changed.
        """
        now = trial.best
        self.unlearned.add(trial.number)
        self.leaders.note(trial)
        self._note_finals(trial)
        if self.best == trial.number:
            fell = before is not None and (now is None or self._beats(before, now))
            if fell:
                self._find_best()
            elif before is not None and now is not None and self._beats(now, before):
                self.since_best.clear()
        elif now is not None and not is_marked_infeasible(trial.state):
            leader = self.trials[self.best] if self.best is not None else None
            if leads(trial, leader, self.plan.goal):
                self.best = trial.number
                self.since_best.clear()

    def _beats(self, a: Best, b: Best) -> bool:
        return beats(a, b, self.plan.goal)

    def _find_best(self) -> None:
        best = self.best_trials(1)
        self.best = best[0].number if best else None

    def count_failure(self, state: TrialState) -> None:
        """Keep the count of failures in a row that are the code's or the machine's fault."""
        if not isinstance(state, Failed):
            self.failures_in_a_row = 0
        elif not state.kind.infeasible:
            self.failures_in_a_row += 1

    @property
    def status(self) -> str:
        """The sweep's state in one word (never 'dead': only a viewer can see that)."""
        match self.scheduling:
            case Scheduling.OPEN | Scheduling.LIMITED:
                return "running"
            case Scheduling.PAUSED:
                return "paused"
            case Scheduling.DRAINING:
                return "stopping"
        return self.end_state or "stopped"

"""A sweep's state, as the machine holds it, with the few primitives that keep it consistent."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from .events import Warned
from .model import Best, Failed, Goal, Plan, Running, Trial, TrialState, Waiting, state_name
from .placement import Slots


class Scheduling(StrEnum):
    """Whether trials are started."""

    OPEN = "open"
    """Waiting trials start as slots come free."""
    DRAINING = "draining"
    """Asked to stop: nothing starts, what runs may finish."""
    LIMITED = "limited"
    """A limit was reached: nothing starts, what runs may finish."""
    ENDED = "ended"
    """Nothing runs, nothing will start."""


class Mean:
    """A running mean."""

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0

    def add(self, value: float) -> None:
        """Take one more value in."""
        self.count += 1
        self.mean += (value - self.mean) / self.count


class Stopwatch:
    """Adds up the seconds a sweep was under way, engines' absences left out."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    def start(self, at: float) -> None:
        """Begin to count at `at`, unless counting already."""
        if self._since is None:
            self._since = at

    def stop(self, at: float) -> None:
        """Count no further than `at`."""
        if self._since is not None:
            self._before += max(0.0, at - self._since)
            self._since = None

    def elapsed(self, at: float) -> float:
        """Seconds counted by `at`."""
        return self._before + (max(0.0, at - self._since) if self._since is not None else 0.0)


class SweepState:
    """Everything the machine knows. Only the machine's handlers change it.

    `waiting` is the queue, a dict for its order and its cheap removal from the middle;
    `failures_in_a_row` counts failures that are not infeasible configurations.
    """

    def __init__(self) -> None:
        self.plan = Plan(name="", metric="", goal=Goal.MINIMIZE, slots=0)
        self.created_at = 0.0
        self.ended_at: float | None = None
        self.last_at = 0.0
        self.trials: dict[int, Trial] = {}
        self.counts: Counter[str] = Counter()
        self.waiting: dict[int, None] = {}
        self.running: dict[int, None] = {}
        self.slots = Slots(0)
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
        self.requests: set[str] = set()
        self.warnings: dict[str, Warned] = {}
        self.metrics: dict[str, None] = {}
        self.objective_seen = False
        self.completed_seconds = Mean()
        self.watch = Stopwatch()

    def add(self, trial: Trial) -> None:
        """Take in a new, waiting trial."""
        self.trials[trial.number] = trial
        self.counts["waiting"] += 1
        self.waiting[trial.number] = None

    def set_state(self, trial: Trial, state: TrialState, *, first: bool = False) -> None:
        """Move a trial to `state`, keeping counts, queue and slots right.

        `first` puts a trial that waits again at the head of the queue.
        """
        before = trial.state
        self.counts[state_name(before)] -= 1
        self.counts[state_name(state)] += 1
        trial.state = state
        if isinstance(before, Waiting):
            self.waiting.pop(trial.number, None)
        if isinstance(before, Running) and not isinstance(state, Running):
            self.running.pop(trial.number, None)
            self.slots.release(before.slot)
        if isinstance(state, Running) and not isinstance(before, Running):
            self.slots.take(state.slot, trial.number)
            self.running[trial.number] = None
        if isinstance(state, Waiting):
            self._enqueue(trial.number, first)

    def _enqueue(self, number: int, first: bool) -> None:
        self.waiting = {number: None, **self.waiting} if first else {**self.waiting, number: None}

    def note_best(self, trial: Trial, before: Best | None) -> None:
        """Let `trial` take the lead if its best beats the sweep's, or lose it if that fell.

        `before` is the trial's best before its curve changed.
        """
        now = trial.best
        if self.best == trial.number:
            fell = before is not None and (now is None or self._beats(before, now))
            if fell:
                self._find_best()
        elif now is not None:
            leader = self.trials[self.best].best if self.best is not None else None
            if leader is None or self._beats(now, leader):
                self.best = trial.number

    def _beats(self, a: Best, b: Best) -> bool:
        return self.plan.goal.better(a.value, b.value)

    def _find_best(self) -> None:
        self.best = None
        leader: Best | None = None
        for trial in self.trials.values():
            best = trial.best
            if best is not None and (leader is None or self._beats(best, leader)):
                self.best, leader = trial.number, best

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
            case Scheduling.DRAINING:
                return "stopping"
        return self.end_state or "stopped"

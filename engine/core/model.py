"""What a sweep is made of: sweep -> trials -> attempts -> reports.

A *trial* is one configuration; an *attempt* is one process that ran it. States are types that
carry exactly the fields they have then. Times are seconds since the Unix epoch; the core only
copies them from events.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field

Value = Any
"""A parameter's value: a JSON scalar, or a list of them."""

Params = dict[str, Value]


def trial_name(number: int) -> str:
    """Give the name by which people call a trial: 42 -> 't0042'."""
    return f"t{number:04d}"


def trial_number(name: str) -> int:
    """Read a trial's name; 't0042', '0042' and '42' are the same. Raises ValueError."""
    digits = name[1:] if name[:1] in ("t", "T") else name
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{name!r} is no trial; trials are called t0001, t0002, ...")
    return int(digits)


class Goal(StrEnum):
    """Which way the objective improves."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"

    def better(self, a: float, b: float) -> bool:
        """Say whether `a` beats `b`; neither may be NaN."""
        return a > b if self is Goal.MAXIMIZE else a < b


class FailureKind(StrEnum):
    """Why a trial failed. `diverged` and `oom` are infeasible configurations, not bugs."""

    ERROR = "error"
    OOM = "oom"
    DIVERGED = "diverged"
    LOST = "lost"
    KILLED = "killed"
    TIMEOUT = "timeout"
    DEVICE = "device"

    @property
    def infeasible(self) -> bool:
        """Whether the configuration, rather than its code or its machine, is at fault."""
        return self in (FailureKind.DIVERGED, FailureKind.OOM)


# Exit of an attempt's process -------------------------------------------------------------


class Exited(Struct, frozen=True, kw_only=True, tag="exited"):
    """The trial's process ended by itself. `tail` is the end of its output."""

    code: int
    tail: str = ""

    def __str__(self) -> str:
        return f"exit {self.code}"


class Signalled(Struct, frozen=True, kw_only=True, tag="signalled"):
    """The trial's process was ended by a signal."""

    signal: int
    tail: str = ""

    def __str__(self) -> str:
        return f"signal {self.signal}"


class Lost(Struct, frozen=True, kw_only=True, tag="lost"):
    """The runner vanished without a result: killed, or the machine went down."""

    reason: str

    def __str__(self) -> str:
        return "lost"


class NotStarted(Struct, frozen=True, kw_only=True, tag="not_started"):
    """The process could not be started at all (no such program, no memory for a fork)."""

    reason: str

    def __str__(self) -> str:
        return "not started"


Exit = Exited | Signalled | Lost | NotStarted


# Attempts ------------------------------------------------------------------------------


class Process(Struct, frozen=True, kw_only=True):
    """How an attempt runs: the runner's pid, zygote or spawn, and why if not as wished."""

    pid: int
    start: str
    note: str | None = None


class AttemptEnd(Struct, frozen=True, kw_only=True):
    """How an attempt ended. `outcome`: complete, pruned, stopped, lost, or a failure kind."""

    at: float
    exit: Exit
    outcome: str
    leftover: tuple[str, ...] = ()


class Attempt(Struct, kw_only=True):
    """One process that runs, or ran, a trial."""

    n: int
    slot: int
    device: str
    started_at: float
    process: Process | None = None
    end: AttemptEnd | None = None


# Trial states ----------------------------------------------------------------------------


class Ending(StrEnum):
    """What a running trial becomes once its process is gone."""

    PRUNED = "pruned"
    DIVERGED = "diverged"
    REQUEUED = "requeued"


class Waiting(Struct, frozen=True, tag="waiting"):
    """Proposed, or requeued; takes the next free slot in its turn."""


class Running(Struct, frozen=True, kw_only=True, tag="running"):
    """Has a slot and a process. `ending` is set once the process was asked to go."""

    attempt: int
    slot: int
    ending: Ending | None = None
    reason: str | None = None


class Paused(Struct, frozen=True, kw_only=True, tag="paused"):
    """Left its slot by request and waits to be continued."""

    reason: str


class Complete(Struct, frozen=True, kw_only=True, tag="complete"):
    """Ran to the end of its budget, or its script ended well."""

    at: float


class Pruned(Struct, frozen=True, kw_only=True, tag="pruned"):
    """Stopped before its end by a person or a rule; can be revived."""

    at: float
    reason: str


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """Ended without a usable result."""

    at: float
    kind: FailureKind
    reason: str


TrialState = Waiting | Running | Paused | Complete | Pruned | Failed

STATES = ("waiting", "running", "paused", "complete", "pruned", "failed")


def state_name(state: TrialState) -> str:
    """Give the state's word, as in the JSON output."""
    return str(state.__struct_config__.tag)


def is_final(state: TrialState) -> bool:
    """Whether the trial holds no slot and waits for none."""
    return isinstance(state, Complete | Pruned | Failed)


# Reports and curves -------------------------------------------------------------------------


class Report(Struct, frozen=True, array_like=True, gc=False):
    """One `report()` of a script: metrics at a step. `at` is when it was made.

    Values are floats; NaN and infinities are kept as such.
    """

    step: int
    at: float
    metrics: dict[str, float]


class Best(Struct, frozen=True, array_like=True):
    """The best objective of a curve, and the step it was reached at."""

    value: float
    step: int


class Trial(Struct, kw_only=True):
    """One configuration and everything the machine needs to know of it.

    `steps` and `values` are the objective's curve, one point a step, ascending; a later
    attempt's point replaces an earlier attempt's points from that step on.
    """

    number: int
    params: Params
    origin: str
    seed: int
    stage: str
    space_version: int
    proposed_at: float
    budget: int | None = None
    parent: int | None = None
    state: TrialState = Waiting()
    attempts: list[Attempt] = field(default_factory=list)
    next_attempt: int = 1
    losses: int = 0
    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    curve_attempt: int = 0
    best: Best | None = None
    last_step: int | None = None
    reports: int = 0
    rejected: int = 0

    @property
    def name(self) -> str:
        """The name people use."""
        return trial_name(self.number)


# What a sweep was asked to do ----------------------------------------------------------------


class Limits(Struct, frozen=True, kw_only=True):
    """What ends a sweep. `failures` counts failures in a row."""

    trials: int | None = None
    hours: float | None = None
    target: float | None = None
    failures: int | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """All the machine needs of the config. Immutable; acts change the machine instead."""

    name: str
    metric: str
    goal: Goal
    slots: int
    seed: int = 0
    method: str = "random"
    stage: str = "main"
    budget: int | None = None
    budget_parameter: str | None = None
    limits: Limits = Limits()
    prefetch: int = 2
    """Waiting trials to keep ready beyond the free slots."""
    max_losses: int = 3
    """A trial whose runner was lost this many times in a row fails."""
    diverged_factor: float | None = 10.0
    """The `diverged` rule's factor; None switches the rule off."""

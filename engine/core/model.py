"""What a sweep is made of: sweep -> trials -> attempts -> reports.

A *trial* is one configuration; an *attempt* is one process that ran it. States are types that
carry exactly the fields they have then. Times are seconds since the Unix epoch; the core only
copies them from events.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from .attempt import Attempt as Attempt
from .attempt import AttemptEnd as AttemptEnd
from .attempt import Exit as Exit
from .attempt import Exited as Exited
from .attempt import Lost as Lost
from .attempt import NotStarted as NotStarted
from .attempt import Process as Process
from .attempt import Signalled as Signalled

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


# Trial states ----------------------------------------------------------------------------


class Ending(StrEnum):
    """What a running trial becomes once its process is gone."""

    PRUNED = "pruned"
    DIVERGED = "diverged"
    REQUEUED = "requeued"
    PAUSED = "paused"
    CONVERGED = "converged"
    INFEASIBLE = "infeasible"


class Waiting(Struct, frozen=True, tag="waiting"):
    """Proposed, or requeued; takes the next free slot in its turn."""


class Running(Struct, frozen=True, kw_only=True, tag="running"):
    """Has a slot and a process. `ending` is set once the process was asked to go.

    `gently`: it was asked to leave at its next epoch, by its control file, and is not signalled.
    `held`: its processes are stopped where they are (SIGSTOP); people see it as paused.
    """

    attempt: int
    slot: int
    ending: Ending | None = None
    reason: str | None = None
    gently: bool = False
    held: bool = False


class Paused(Struct, frozen=True, kw_only=True, tag="paused"):
    """Left its slot by request and waits to be continued."""

    at: float
    reason: str


class Complete(Struct, frozen=True, kw_only=True, tag="complete"):
    """Ran to the end of its budget, or its script ended well."""

    at: float


class Pruned(Struct, frozen=True, kw_only=True, tag="pruned"):
    """Stopped before its end by a person or a rule; can be revived.

    `dropped`: a proposal given up before it ran, which counts toward no limit. `converged`: a rule
    found that it had nothing more to gain. `infeasible`: a person marked its configuration so.
    """

    at: float
    reason: str
    dropped: bool = False
    converged: bool = False
    infeasible: bool = False


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """Ended without a usable result."""

    at: float
    kind: FailureKind
    reason: str


TrialState = Waiting | Running | Paused | Complete | Pruned | Failed

STATES = ("waiting", "running", "paused", "complete", "pruned", "failed")


def state_name(state: TrialState) -> str:
    """Give the state's word, as in the JSON output; a held trial is paused, with its slot."""
    if isinstance(state, Running) and state.held:
        return "paused"
    return str(state.__struct_config__.tag)


def is_final(state: TrialState) -> bool:
    """Whether the trial holds no slot and waits for none."""
    return isinstance(state, Complete | Pruned | Failed)


def is_whole(state: TrialState) -> bool:
    """Whether the trial's result is that of its end: complete, or with nothing more to gain."""
    return isinstance(state, Complete) or (isinstance(state, Pruned) and state.converged)


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


class Spread(Struct, frozen=True, kw_only=True):
    """Mean and sample standard deviation over `n` seeds of a configuration; None for one seed."""

    n: int
    mean: float
    std: float | None = None


class Source(Struct, frozen=True, kw_only=True):
    """What made a proposal: a method, and on how many observations.

    `startup`: it does not know enough to learn from yet. `fallback`: it stood in for the sweep's
    own method, which would have kept a slot waiting.
    """

    method: str
    observations: int = 0
    startup: bool = False
    fallback: bool = False


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
    repeat_of: int | None = None
    """The finalist that this trial repeats with another seed."""
    generation: int = 0
    """How many ancestors it has in an evolution: it began at the checkpoint of `parent`."""
    from_step: int = 0
    """The step of that checkpoint; its own curve begins after it."""
    overrides: Params = field(default_factory=dict)
    """Fixed values that the trial's stage sets otherwise than its space."""
    counted: bool = True
    """Whether it counts toward the limit of trials: proposed by the search, and not dropped."""
    wanted: bool = False
    """Whether a person or a stage asked for its next attempt: it starts even past a limit."""
    note: str | None = None
    advice: str | None = None
    """What an advisory rule would have done, and why: for a person to decide."""
    advised_by: tuple[str, ...] = ()
    """The advisory rules that have spoken; none speaks twice of a trial."""
    stopped_by: str | None = None
    """The rule that stopped it last."""
    spared_by: tuple[str, ...] = ()
    """The rules that had stopped it when a person let it go on."""
    alone: bool = False
    """Whether it takes whole GPUs: it ran out of memory beside others."""
    rank_class: int = 0
    """Trials compare within the highest class only: overrides change what is measured."""
    ranked_after: int = 0
    """Steps up to this one belong to an earlier class, or its parent, and cannot be its best."""
    state: TrialState = Waiting()
    attempts: list[Attempt] = field(default_factory=list)
    next_attempt: int = 1
    losses: int = 0
    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    curve_attempt: int = 0
    best: Best | None = None
    spread: Spread | None = None
    """Over its own result and its repeats', once one of them has ended well."""
    last_step: int | None = None
    furthest: int = 0
    """The highest step that any attempt reported the objective at: rules judge none twice."""
    reports: int = 0
    rejected: int = 0

    @property
    def name(self) -> str:
        """The name people use."""
        return trial_name(self.number)

"""What can happen to a sweep. Frozen, past tense, with ids and a time (`at`, seconds).

The events table holds them all but `ReportsArrived`, whose rows are the reports table; a restart
folds both, merged by sequence number, through the machine.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from .acts import Act, StageEntry
from .devices import Standing
from .edits import Suggestion
from .evolution import Child, Replaced
from .model import (
    Exit,
    FailureKind,
    Params,
    Process,
    Report,
    Source,
)
from .plan import Plan


class SweepCreated(Struct, frozen=True, kw_only=True, tag="sweep_created"):
    """The first event of every sweep. `space` is version 1 of its space, as plain data."""

    at: float
    plan: Plan
    space: Any = None


class EngineStarted(Struct, frozen=True, kw_only=True, tag="engine_started"):
    """An engine took the sweep over; `resumed` tells a restart from the first start."""

    at: float
    pid: int
    resumed: bool


class TrialProposed(Struct, frozen=True, kw_only=True, tag="trial_proposed"):
    """The search method made a configuration. `index` counts proposals from 0.

    `source` says what made it; None in sweeps of before that was written down.
    """

    at: float
    trial: int
    index: int
    params: Params
    origin: str
    seed: int
    stage: str = "main"
    space_version: int = 1
    budget: int | None = None
    source: Source | None = None


class SearchExhausted(Struct, frozen=True, kw_only=True, tag="search_exhausted"):
    """The search method has nothing left to propose."""

    at: float
    reason: str


class AttemptStarted(Struct, frozen=True, kw_only=True, tag="attempt_started"):
    """A slot was given to a trial; committed before any process is asked for.

    `gpus` are the UUIDs of the GPUs it gets, `share` millionths of each; `device` names them, or
    says 'cpu'.
    """

    at: float
    trial: int
    attempt: int
    slot: int
    device: str
    gpus: tuple[str, ...] = ()
    share: int = 0


class AttemptLaunched(Struct, frozen=True, kw_only=True, tag="attempt_launched"):
    """The attempt's runner is known."""

    at: float
    trial: int
    attempt: int
    process: Process


class ReportsArrived(Struct, frozen=True, kw_only=True, tag="reports_arrived"):
    """New reports of one attempt, in the order written; `offsets` go to the store with them.

    `rejected` lines could not be read; `complaint` says what was wrong with the last of them.
    """

    at: float
    trial: int
    attempt: int
    reports: tuple[Report, ...]
    rejected: int = 0
    complaint: str | None = None


class AttemptEnded(Struct, frozen=True, kw_only=True, tag="attempt_ended"):
    """The attempt's process tree is gone. `leftover` names processes that would not die.

    `peak_memory` is the most bytes it was known to hold on its device, `mean_util` how busy it kept
    that, in percent; None: nobody looked.
    """

    at: float
    trial: int
    attempt: int
    exit: Exit
    leftover: tuple[str, ...] = ()
    peak_memory: int | None = None
    mean_util: float | None = None


class AttemptFenced(Struct, frozen=True, kw_only=True, tag="attempt_fenced"):
    """A restart found that the attempt never claimed its start, and made sure it never will."""

    at: float
    trial: int
    attempt: int


class VerdictReached(Struct, frozen=True, kw_only=True, tag="verdict_reached"):
    """A stopping rule wants a running trial gone; `failure` if it makes the trial infeasible.

    `converged`: the trial has nothing more to gain. `advisory`: the rule only advises.
    """

    at: float
    trial: int
    attempt: int
    rule: str
    sentence: str
    failure: FailureKind | None = None
    converged: bool = False
    advisory: bool = False


class Acted(Struct, frozen=True, kw_only=True, tag="acted"):
    """A person acted. `request` is the client's id for it: the same one twice acts once.

    `act` is resolved; `sentence` tells in the past tense what it did, for the history.
    """

    at: float
    request: str
    who: str
    act: Act
    why: str | None = None
    sentence: str = ""


class LimitReached(Struct, frozen=True, kw_only=True, tag="limit_reached"):
    """A limit ended the scheduling: `limit` is its name, as in `Limits`."""

    at: float
    limit: str
    sentence: str


class Warned(Struct, frozen=True, kw_only=True, tag="warned"):
    """Something a person should see. A later warning with the same `code` replaces it.

    An empty text takes it back. `suggestion` is an edit of the space that would see to it.
    """

    at: float
    code: str
    text: str
    suggestion: Suggestion | None = None


class StageEntered(Struct, frozen=True, kw_only=True, tag="stage_entered"):
    """The trials of the stage before are done, and the next one begins by itself."""

    at: float
    entry: StageEntry


class RungPromoted(Struct, frozen=True, kw_only=True, tag="rung_promoted"):
    """A trial is among the best of its rung, and goes on to the budget of the next, `rung`."""

    at: float
    trial: int
    rung: int
    budget: int
    sentence: str


class RoundEvolved(Struct, frozen=True, kw_only=True, tag="round_evolved"):
    """A round of an evolution is over, and round number `round` (from 1) begins.

    `survivors`, the best first, go on; `replaced` end; `children` are new trials.
    """

    at: float
    round: int
    survivors: tuple[int, ...]
    replaced: tuple[Replaced, ...]
    children: tuple[Child, ...]
    sentence: str


class SlotFreed(Struct, frozen=True, kw_only=True, tag="slot_freed"):
    """The processes that outlived their trial, and kept its slot closed, are gone."""

    at: float
    slot: int


class DevicesChanged(Struct, frozen=True, kw_only=True, tag="devices_changed"):
    """GPUs came, went, opened, closed or broke: those that stand otherwise now, by UUID.

    Logged before anything is placed by it; all count as closed when an engine starts.
    """

    at: float
    standings: tuple[Standing, ...]


class Requeued(Struct, frozen=True, kw_only=True, tag="requeued"):
    """Trials go on in a further attempt through no fault of their own, or a GPU was lost.

    Their GPU broke, or its memory did not do for them and their neighbours. For the history alone:
    what became of the trials followed from the event before.
    """

    at: float
    trials: tuple[int, ...]
    sentence: str


class SweepEnded(Struct, frozen=True, kw_only=True, tag="sweep_ended"):
    """Nothing runs and nothing more will start. `state` is finished or stopped."""

    at: float
    state: str
    sentence: str


Event = (
    SweepCreated
    | EngineStarted
    | TrialProposed
    | SearchExhausted
    | AttemptStarted
    | AttemptLaunched
    | ReportsArrived
    | AttemptEnded
    | AttemptFenced
    | VerdictReached
    | Acted
    | LimitReached
    | Warned
    | StageEntered
    | RoundEvolved
    | RungPromoted
    | SlotFreed
    | DevicesChanged
    | Requeued
    | SweepEnded
)

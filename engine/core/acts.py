"""What a person can do to a sweep: each act is data, prepared and applied by the machine.

A viewer sends an act as asked; `engine.core.acting` resolves it (fills in what follows from the
state) before it is logged, so that a replay needs nothing but the log.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from .edits import Edit, SpaceChange
from .model import Params, TrialState, Value
from .previews import Preview as Preview
from .previews import Skipped as Skipped

# Trials -----------------------------------------------------------------------------------


class Prune(Struct, frozen=True, kw_only=True, tag="prune"):
    """Stop these trials for good; their results stay.

    `infeasible`: their configurations are no good, and none of them is to be the best. That can be
    said of trials that have ended, too.
    """

    trials: tuple[int, ...]
    infeasible: bool = False


class Revive(Struct, frozen=True, kw_only=True, tag="revive"):
    """Let pruned trials go on from their last checkpoints."""

    trials: tuple[int, ...]


class Retry(Struct, frozen=True, kw_only=True, tag="retry"):
    """Run failed trials again, from their last checkpoints where they have any."""

    trials: tuple[int, ...]


class Promote(Struct, frozen=True, kw_only=True, tag="promote"):
    """Give trials a bigger budget, to go on from their checkpoints; None: the next stage's.

    Resolved: `budgets` holds each trial's new budget, in the order of `trials`.
    """

    trials: tuple[int, ...]
    budget: int | None = None
    budgets: tuple[int, ...] = ()


class Pause(Struct, frozen=True, kw_only=True, tag="pause"):
    """Take trials out of their slots, or hold them there.

    release: asked to save and leave at the next epoch; now: ended at once; hold: SIGSTOP, memory
    and slot stay. Resolved: `at_once` are those of a release that cannot be asked, since their
    script does not listen.
    """

    trials: tuple[int, ...]
    how: Literal["release", "now", "hold"] = "release"
    at_once: tuple[int, ...] = ()


class Continue(Struct, frozen=True, kw_only=True, tag="continue"):
    """Let paused trials go on."""

    trials: tuple[int, ...]


class Clone(Struct, frozen=True, kw_only=True, tag="clone"):
    """Run a trial's configuration with some values changed, from scratch, with the same seed.

    Resolved: `params` is the whole new configuration, `number` the new trial's.
    """

    trial: int
    changes: dict[str, Value]
    params: Params | None = None
    number: int | None = None


class Add(Struct, frozen=True, kw_only=True, tag="add"):
    """Run a configuration that a person wrote; what is left out is taken from the best trial.

    Resolved: `params` is the whole new configuration, `number` the new trial's.
    """

    values: dict[str, Value]
    params: Params | None = None
    number: int | None = None


class Note(Struct, frozen=True, kw_only=True, tag="note"):
    """Write a note on trials; an empty text takes it away."""

    trials: tuple[int, ...]
    text: str


# The space ----------------------------------------------------------------------------------


class EditSpace(Struct, frozen=True, kw_only=True, tag="edit_space"):
    """Make a new version of the space. `outside`: what becomes of running trials outside it.

    Resolved: `change` holds the new version.
    """

    edits: tuple[Edit, ...]
    outside: Literal["keep", "prune"] = "keep"
    change: SpaceChange | None = None


# The sweep ------------------------------------------------------------------------------------


class SetSlots(Struct, frozen=True, kw_only=True, tag="set_slots"):
    """Run so many trials at once; those that run beyond it may finish.

    None: as many as the GPUs have room for.
    """

    count: int | None


class UseGpus(Struct, frozen=True, kw_only=True, tag="use_gpus"):
    """Take GPUs from the sweep, give them to it, or close what is broken.

    exclude: trials on them leave at their next epoch (checkpoint), at once (now), or run to their
    end (end), and go on elsewhere. quarantine: at once. include: opens excluded and quarantined
    ones. `gpus` are labels or UUIDs as asked; resolved: UUIDs, and `at_once` the trials that
    cannot be asked, since their script does not listen.
    """

    gpus: tuple[str, ...]
    use: Literal["include", "exclude", "quarantine"]
    how: Literal["checkpoint", "now", "end"] = "checkpoint"
    at_once: tuple[int, ...] = ()


class PauseScheduling(Struct, frozen=True, kw_only=True, tag="pause_scheduling"):
    """Start nothing until scheduling is continued; what runs goes on."""


class ContinueScheduling(Struct, frozen=True, kw_only=True, tag="continue_scheduling"):
    """Start trials again after a pause of the scheduling."""


class Stop(Struct, frozen=True, kw_only=True, tag="stop"):
    """Start nothing more; `now` also stops what runs (it waits, to go on at resume)."""

    now: bool = False


class Resume(Struct, frozen=True, kw_only=True, tag="resume"):
    """Schedule again after a stop. `into`: what an undone stop goes back to."""

    into: Literal["open", "paused", "limited"] = "open"


class AdvanceStage(Struct, frozen=True, kw_only=True, tag="advance_stage"):
    """Go on to the next stage now; what runs may finish.

    Resolved: `entry` is how the next stage begins.
    """

    entry: StageEntry | None = None


class ExtendStage(Struct, frozen=True, kw_only=True, tag="extend_stage"):
    """Let the current stage propose `trials` more (a negative number: fewer)."""

    trials: int


class RepeatStage(Struct, frozen=True, kw_only=True, tag="repeat_stage"):
    """Run another round of the current stage: as many new trials, the next best promoted.

    Resolved: `entry` is how the round begins.
    """

    entry: StageEntry | None = None


class StageEntry(Struct, frozen=True, kw_only=True):
    """How a stage (by its `index` in the plan) begins, worked out before it is logged.

    `promoted` go on to the stage's budget; `dropped` are waiting proposals of the stage before.
    """

    index: int
    promoted: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    change: SpaceChange | None = None
    sentence: str = ""


class Undo(Struct, frozen=True, kw_only=True, tag="undo"):
    """Take back the newest act that can be taken back, or decision `n` if that is the newest.

    Resolved: `n` is its number and `inverse` what takes it back.
    """

    n: int | None = None
    inverse: Inverse | None = None


class Former(Struct, frozen=True, kw_only=True):
    """What a trial was before an act, to be put back while it still is what the act made it.

    `made` says what that is; `next_attempt` tells whether an attempt has begun since.
    """

    trial: int
    made: Literal["pruned", "paused", "held", "waiting", "running", "noted"]
    state: TrialState
    next_attempt: int
    budget: int | None = None
    wanted: bool = False
    note: str | None = None


class PutBack(Struct, frozen=True, kw_only=True, tag="put_back"):
    """Make trials what they were before an act; only ever made by an undo."""

    trials: tuple[int, ...]
    former: tuple[Former, ...]


Inverse = (
    PutBack
    | EditSpace
    | SetSlots
    | UseGpus
    | PauseScheduling
    | ContinueScheduling
    | Resume
    | ExtendStage
)
"""What an undo can be."""

Act = (
    Prune
    | Revive
    | Retry
    | Promote
    | Pause
    | Continue
    | Clone
    | Add
    | Note
    | EditSpace
    | SetSlots
    | UseGpus
    | PauseScheduling
    | ContinueScheduling
    | Stop
    | Resume
    | AdvanceStage
    | ExtendStage
    | RepeatStage
    | Undo
)


class Decision(Struct, frozen=True, kw_only=True):
    """An act or a verdict in the history: who, what, why, when, and what it touched.

    `who` is user@terminal for a person, the rule's name for a rule, 'engine' for the engine.
    `what` is the verb; `sentence` says it as a person would read it. `undoes` is the number of the
    decision that this one takes back.
    """

    n: int
    at: float
    who: str
    what: str
    trials: tuple[str, ...] = ()
    why: str | None = None
    sentence: str = ""
    undoes: int | None = None

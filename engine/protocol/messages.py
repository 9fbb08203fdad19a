"""Every message between an engine and a viewer.

A viewer sends `Request`s; each is answered by one `Reply` or `Refusal` carrying its `id`. After
`Subscribe` the engine also pushes: one snapshot (in parts, the last with `more=False`), then
`Delta`s with growing `seq`. Encoded as one line of JSON each (see `framing`).
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct

from engine.core.acts import Act, Decision, Skipped
from engine.core.edits import SpacePreview
from engine.core.views import LineageView, SweepView, TrialView

from .points import DevicePoint as DevicePoint
from .points import Usage as Usage
from .points import UsagePoint as UsagePoint

PROTOCOL_VERSION = 1

WAITS_FOR_DISK = "waits for the disk"
"""How the warning begins that names the acts which a full disk holds up."""


# Requests -------------------------------------------------------------------------------


class Hello(Struct, frozen=True, kw_only=True, tag="hello"):
    """The first message of every viewer. `who` is user@terminal, for the history."""

    id: int
    revision: int = 0
    """What the viewer knows, as in `revisions`."""
    version: int = PROTOCOL_VERSION
    who: str
    read_only: bool = False


class Subscribe(Struct, frozen=True, kw_only=True, tag="subscribe"):
    """Send a snapshot, then deltas, at most `rate` a second. Reply: null, before the snapshot."""

    id: int
    rate: float = 4.0


class GetStatus(Struct, frozen=True, kw_only=True, tag="get_status"):
    """Reply: SweepView."""

    id: int


class ListTrials(Struct, frozen=True, kw_only=True, tag="list_trials"):
    """Reply: list[TrialView]. `where` is an EXPR; `sort` a column, '-' before it reverses."""

    id: int
    where: str | None = None
    sort: str | None = None
    limit: int | None = None


class ShowTrial(Struct, frozen=True, kw_only=True, tag="show_trial"):
    """Reply: TrialDetail. `points` thins each series to at most so many points."""

    id: int
    trial: int
    points: int | None = None


class GetSeries(Struct, frozen=True, kw_only=True, tag="get_series"):
    """Reply: Series of one trial. `metrics` None means all; thinned to `points` a metric."""

    id: int
    trial: int
    metrics: list[str] | None = None
    points: int | None = None


class GetUsage(Struct, frozen=True, kw_only=True, tag="get_usage"):
    """Reply: Usage of one trial, over all its attempts, thinned to `points`.

    Between two attempts stands a point of which nothing is known.
    """

    id: int
    trial: int
    points: int | None = None


class GetDeviceHistory(Struct, frozen=True, kw_only=True, tag="get_device_history"):
    """Reply: list[DevicePoint] of the device called `device`, oldest first, from `since` on."""

    id: int
    device: str
    since: float = 0.0
    points: int | None = None


class ReadLog(Struct, frozen=True, kw_only=True, tag="read_log"):
    """Reply: LogChunk. `attempt` None is the newest; a negative `offset` counts from the end."""

    id: int
    trial: int
    attempt: int | None = None
    offset: int = -65536
    limit: int = 65536


class GetHistory(Struct, frozen=True, kw_only=True, tag="get_history"):
    """Reply: list[Decision], oldest first; `limit` keeps the newest so many."""

    id: int
    limit: int | None = None


class GetSpace(Struct, frozen=True, kw_only=True, tag="get_space"):
    """Reply: list of {name, distribution, ...}, the parameters as searched now.

    `version` None is the current one. Each has `original`: its range as the sweep began.
    """

    id: int
    version: int | None = None


class GetVersions(Struct, frozen=True, kw_only=True, tag="get_versions"):
    """Reply: list[VersionView], every version of the space, oldest first."""

    id: int


class DoAct(Struct, frozen=True, kw_only=True, tag="do_act"):
    """Reply: ActResult. `request` is the viewer's own id for the act: sent twice, done once.

    `where` adds every trial an EXPR selects to the act's trials.
    """

    id: int
    request: str
    act: Act
    why: str | None = None
    where: str | None = None
    dry_run: bool = False


class Leave(Struct, frozen=True, kw_only=True, tag="leave"):
    """Ask an engine whose sweep has ended to leave now. Reply: bool, whether it will."""

    id: int


Request = (
    Hello
    | Subscribe
    | GetStatus
    | ListTrials
    | ShowTrial
    | GetSeries
    | GetUsage
    | GetDeviceHistory
    | ReadLog
    | GetHistory
    | GetSpace
    | GetVersions
    | DoAct
    | Leave
)


# Answers --------------------------------------------------------------------------------


class Reply(Struct, frozen=True, kw_only=True, tag="reply"):
    """The answer to request `id`."""

    id: int
    result: Raw


class Refusal(Struct, frozen=True, kw_only=True, tag="refusal"):
    """Request `id` was refused; `kind` names the error class, `text` is one sentence."""

    id: int
    kind: str
    text: str


class Snapshot(Struct, frozen=True, kw_only=True, tag="snapshot"):
    """A part of the state at `seq`. `first` starts afresh; `more` says that parts follow."""

    seq: int
    sweep: SweepView
    trials: list[TrialView]
    decisions: list[Decision]
    first: bool
    more: bool


class Delta(Struct, frozen=True, kw_only=True, tag="delta"):
    """What changed since the last push: whole rows, the newest of each."""

    seq: int
    sweep: SweepView | None = None
    trials: list[TrialView] = []
    decisions: list[Decision] = []


Answer = Reply | Refusal | Snapshot | Delta
Push = Snapshot | Delta


# Results --------------------------------------------------------------------------------


class Welcome(Struct, frozen=True, kw_only=True):
    """The reply to Hello. `live` is False where the store alone answers, read-only.

    `revision` is what the engine knows, as in `revisions`.
    """

    version: int
    engine_version: str
    pid: int
    live: bool
    revision: int = 0


Series = dict[str, list[tuple[int, float | None, float]]]
"""Per metric [step, value, at]; a value that is no number is null."""


class CheckpointView(Struct, frozen=True, kw_only=True):
    """A saved checkpoint. `value` is the one in its file name."""

    path: str
    step: int
    value: float | None


class TrialDetail(Struct, frozen=True, kw_only=True):
    """Everything about one trial."""

    trial: TrialView
    series: Series
    checkpoints: list[CheckpointView]
    decisions: list[Decision]
    lineage: list[LineageView] = []
    """The stretches that lead to a trial of an evolution, the oldest first."""


class LogChunk(Struct, frozen=True, kw_only=True):
    """A piece of an attempt's output, cleaned; `next` is the offset to ask for next.

    A carriage return stands only in the first and the last line: what was redrawn in between is
    left out.
    """

    attempt: int
    text: str
    offset: int
    next: int
    size: int
    running: bool


class ActResult(Struct, frozen=True, kw_only=True):
    """What an act did (or, in a dry run, would do): `decision` is its number in the history.

    `past` says it as the history does, empty in a dry run. The other fields are those of
    `engine.core.acts.Preview`.
    """

    done: list[str]
    skipped: list[Skipped]
    decision: int | None = None
    sentence: str = ""
    past: str = ""
    details: dict[str, str] = {}
    epochs: int | None = None
    slot_hours: float | None = None
    space: SpacePreview | None = None


class VersionView(Struct, frozen=True, kw_only=True):
    """A version of the space: who made it, when, and what changed; the last one is current."""

    version: int
    at: float
    who: str
    sentence: str


Space = list[dict[str, Any]]

"""What people and scripts see of a sweep: the JSON of `status` and `trials`, as types.

Field names are a promise (they are the JSON output); fields may be added, never renamed.
"""

from __future__ import annotations

from msgspec import Struct, field

from .model import Params


class TrialView(Struct, kw_only=True, gc=False):
    """One trial, as `trials --json` prints it. Unset numbers are None.

    NaN and infinities are floats in memory and null in JSON; `last_text` keeps their spelling.

    `spark` is the objective's curve thinned to at most 32 points, for the table's sparkline.

    There are ten thousand of them, and no reference leads back to one: the garbage collector need
    not look through them.
    """

    id: str
    state: str
    params: Params
    stage: str
    budget: int | None
    origin: str
    parent: str | None
    space_version: int
    seed: int
    failure: str | None = None
    step: int | None = None
    value: float | None = None
    last_text: str | None = None
    """'nan', 'inf' or '-inf' where the last objective is no number."""
    best: float | None = None
    best_step: int | None = None
    attempts: int = 0
    device: str | None = None
    slot: int | None = None
    reason: str | None = None
    ending: str | None = None
    started_at: float | None = None
    ended_at: float | None = None
    elapsed_s: float = 0.0
    """Seconds in finished attempts; a running attempt adds now - `attempt_started_at`."""
    attempt_started_at: float | None = None
    reports: int = 0
    rejected: int = 0
    note: str | None = None
    advice: str | None = None
    """What an advisory rule would have done, and why."""
    infeasible: bool = False
    """A person marked it so; what diverged or ran out of memory says so by its `failure`."""
    converged: bool = False
    """Pruned since it had nothing more to gain: as good as complete."""
    held: bool = False
    """Paused with its processes stopped in memory: it keeps its slot."""
    overrides: Params = field(default_factory=dict)
    """Fixed values that its stage sets otherwise; `params` shows them as they are set."""
    repeat_of: str | None = None
    """The finalist that this trial repeats with another seed."""
    generation: int = 0
    """How many ancestors it has in an evolution; `parent` is the nearest."""
    from_step: int = 0
    """The step of its parent's checkpoint that it began at; 0: it began afresh."""
    mean: float | None = None
    """Of the best objectives of a finalist and its repeats, once there are two."""
    std: float | None = None
    """Their sample standard deviation."""
    repeats: int = 0
    """How many of them have ended well."""
    util: float | None = None
    """How busy it keeps its device, in percent: each of its GPUs, or its share of the cores; None:
    not measured."""
    peak_memory: int | None = None
    """The most bytes its processes have held on the device: of the GPU, or resident."""
    memory: int | None = None
    """The bytes they hold there now; None: it does not run, or that is not measured."""
    cpu_util: float | None = None
    """On a GPU: of its share of the CPU's cores, in percent."""
    gpus: float = 0.0
    """How many GPUs it takes, parts of one counting as such."""
    gpu_s: float = 0.0
    """Seconds of GPUs in finished attempts; a running one adds `gpus` a second."""
    spark: list[float | None] = field(default_factory=list)
    attempt_list: list[AttemptView] = field(default_factory=list)


class LineageView(Struct, kw_only=True):
    """A stretch of a schedule: steps `from_step` to `to_step`, both included, as `trial` ran them.

    `to_step` None: it has not come to its first step yet.
    """

    trial: str
    from_step: int
    to_step: int | None
    params: Params


class AttemptView(Struct, kw_only=True, gc=False):
    """One attempt, as `show --json` prints it."""

    n: int
    device: str
    slot: int
    pid: int | None
    started_at: float
    ended_at: float | None
    exit: str | None
    outcome: str | None
    start: str | None
    note: str | None = None
    peak_memory: int | None = None
    """The most bytes its processes were seen with; None: not measured."""
    mean_util: float | None = None
    """How busy it kept its device, in percent; None: not measured."""
    tail: str = ""
    leftover: list[str] = field(default_factory=list)
    """Processes of it that would not die, as 'python (1234)'; its slot stays closed for them."""


class BestView(Struct, kw_only=True):
    """The best trial so far; `mean`, `std` and `repeats` as in the row of its finalist."""

    trial: str
    value: float
    step: int
    params: Params
    mean: float | None = None
    std: float | None = None
    repeats: int = 0


class MetricView(Struct, kw_only=True):
    """The objective."""

    name: str
    goal: str


class ForeignView(Struct, kw_only=True):
    """A process on a device that is none of the sweep's trials'. None: the device does not say.

    `trial` names the trial that it outlived, where it was one's.
    """

    user: str
    command: str
    pid: int
    util: float | None = None
    memory: int | None = None
    trial: str | None = None


class DeviceView(Struct, kw_only=True):
    """A device and what it carries. None: the device does not say; `missing` says why.

    `state`: ok (trials run there, or may), idle (not needed), busy (somebody else's), leased (by
    another sweep), excluded, quarantined, gone, stale (no news of it). `reason` says it for people.
    `temperature` in degrees Celsius, `power` in watts, clocks in MHz, memory in bytes.
    """

    id: str
    name: str
    util: float | None = None
    mem_used: int | None = None
    mem_total: int | None = None
    temperature: float | None = None
    power: float | None = None
    trials: list[str] = field(default_factory=list)
    state: str = "ok"
    cores: int | None = None
    """Of a CPU: the cores that trials may use."""
    load: float | None = None
    """Of a CPU: the machine's load average over the last minute."""
    foreign: list[ForeignView] = field(default_factory=list)
    """Others who use it."""
    uuid: str | None = None
    """Of a GPU: its identity, which CUDA_VISIBLE_DEVICES takes."""
    reason: str = ""
    share: float | None = None
    """Of a GPU: how much of it trials of this sweep own, 0 to 1."""
    room: int | None = None
    """How many more trials its memory holds; None: not bounded by memory."""
    power_limit: float | None = None
    sm_clock: float | None = None
    mem_clock: float | None = None
    throttle: list[str] = field(default_factory=list)
    """Why it runs slower than it could, in the driver's words."""
    ecc: int | None = None
    """Memory errors since boot that could not be corrected."""
    missing: dict[str, str] = field(default_factory=dict)
    """Field -> 'unsupported', or the driver's error."""
    per_core: list[float] = field(default_factory=list)
    """Of a CPU: the load of each usable core, in percent."""


class StageView(Struct, kw_only=True):
    """One stage of the funnel. `state` is done, running or waiting; `total` None: no end known.

    `done` of its `total` configurations have ended; `promoted` of them came from earlier stages.
    Each runs with `repeats` seeds, and has ended when all of those have.
    """

    name: str
    budget: int | None
    state: str
    done: int = 0
    total: int | None = None
    promoted: int = 0
    repeats: int = 1


class SuggestionView(Struct, kw_only=True):
    """The border check's advice, to be accepted as `SetRange(parameter, low, high)`."""

    code: str
    text: str
    parameter: str
    edge: str
    low: float
    high: float


class EngineView(Struct, kw_only=True):
    """The engine's process."""

    pid: int | None
    alive: bool


class ProposerView(Struct, kw_only=True):
    """What makes the proposals now; `sentence` says it for a person: 'tpe on 34 observations'.

    `made` counts the proposals of each method so far; those that one which learns has drawn to
    begin with, under 'start-up'.
    """

    method: str
    observations: int
    startup: bool
    fallback: bool
    sentence: str
    made: dict[str, int] = {}


class SweepView(Struct, kw_only=True):
    """A sweep, as `status --json` prints it. `elapsed_s` counts the time engines ran."""

    name: str
    dir: str
    state: str
    engine: EngineView
    metric: MetricView
    stage: str | None
    space_version: int
    slots: int
    trials: dict[str, int]
    best: BestView | None = None
    started_at: float | None = None
    ended_at: float | None = None
    elapsed_s: float = 0.0
    eta_s: float | None = None
    devices: list[DeviceView] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    method: str = ""
    trials_limit: int | None = None
    trials_done: int | None = None
    """How many trials that count toward the limit have ended: not those dropped, cloned, added."""
    sentence: str = ""
    """Why the sweep is in this state, for a person."""
    metrics: list[str] = field(default_factory=list)
    """Every metric name seen, the objective first."""
    stages: list[StageView] = field(default_factory=list)
    """Every stage of the plan, in order; one stage where the config has none."""
    suggestions: list[SuggestionView] = field(default_factory=list)
    proposer: ProposerView | None = None
    """What made the newest proposal; None before the first."""
    rules: list[str] = field(default_factory=list)
    """How the stopping rules stand, a sentence each."""
    undo: str | None = None
    """What an undo would take back now, as the history tells it; None: nothing."""
    winner: str | None = None
    """The verdict over repeated finalists, in a sentence; None without repeats."""
    auto_slots: bool = False
    """There are as many slots as the GPUs have room for."""

"""The compiled config of a sweep: normalised, checked, and storable as JSON.

The engine keeps it in the sweep's database and never reads the YAML again. Every key of the file
has its place here, whether or not this version can run it: `engine.config.support` says which.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from engine.core.model import (
    Goal,
    Params,
)
from engine.core.plan import Limits
from engine.space.space import Space

StartMode = Literal["auto", "zygote", "spawn"]
OptionValue = bool | int | float | str
SearchValue = OptionValue | list[OptionValue]


class Metric(Struct, frozen=True, kw_only=True):
    """The objective: a metric that trials report, and which way is better."""

    name: str
    goal: Goal = Goal.MINIMIZE


class Budget(Struct, frozen=True, kw_only=True):
    """The resource a trial spends, in whole units of `parameter` (usually epochs)."""

    max: int
    min: int = 1
    parameter: str = "epochs"


class Narrow(Struct, frozen=True, kw_only=True):
    """Shrink the ranges to those that the `top` best trials so far span."""

    top: int


class Stage(Struct, frozen=True, kw_only=True):
    """One step from coarse to fine: `trials` new ones and `promote` earlier ones, at `budget`.

    `overrides` are values of fixed parameters that hold in this stage. `gpus` is as in `Resources`;
    None: as there.
    """

    name: str
    budget: int
    trials: int = 0
    promote: int = 0
    repeats: int = 1
    gpus: float | None = None
    narrow: Narrow | None = None
    overrides: Params = field(default_factory=dict)


class StopRule(Struct, frozen=True, kw_only=True):
    """A rule that ends trials early. `options` hold what the file gives, no defaults."""

    rule: str
    enabled: bool = True
    advisory: bool = False
    """Whether it only says what it would do."""
    by_default: bool = False
    """Whether it is there because the file says nothing of early stopping."""
    options: dict[str, OptionValue] = field(default_factory=dict)


class Resources(Struct, frozen=True, kw_only=True):
    """What a trial takes of the machine, and which GPUs a sweep may use.

    `gpus` is a whole number or a part of one; None: the file does not say. `include` and `exclude`
    are indices or UUIDs; no `include` means all. `exclusive`: no GPU on which anybody else
    computes; otherwise it needs `min_free_gib`. `max_util` (percent) is how busy one may be that is
    taken.
    """

    gpus: float | None = None
    trials_per_gpu: int = 1
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    min_free_gib: float | None = None
    exclusive: bool = True
    max_util: float = 20.0
    cpus: int = 1
    slots: int | Literal["auto"] = "auto"


class Metrics(Struct, frozen=True, kw_only=True):
    """How metrics are read from scripts that import nothing: regular expressions, one a line."""

    stdout: tuple[str, ...] = ()


class Config(Struct, frozen=True, kw_only=True):
    """A whole config. What to run is `command`, `program` (a lone script) or `function`.

    `folder` is the absolute path of the config file's folder, where trials run; `path` is that of
    the file itself. `command` may hold macros, `program` goes with it where it says `${program}`.
    `grace` is in seconds. `diverged_factor` is None where that rule is switched off. `nested`
    has, for each parameter that the file nests, the keys that its dotted name is made of.
    """

    name: str
    path: str
    folder: str
    metric: Metric
    space: Space
    nested: dict[str, tuple[str, ...]] = field(default_factory=dict)
    program: str | None = None
    command: tuple[str, ...] | None = None
    function: str | None = None
    method: str = "halton"
    search: dict[str, SearchValue] = field(default_factory=dict)
    budget: Budget | None = None
    stages: tuple[Stage, ...] = ()
    stop: tuple[StopRule, ...] = ()
    diverged_factor: float | None = 10.0
    limits: Limits = Limits()
    resources: Resources = Resources()
    start: StartMode = "auto"
    preload: tuple[str, ...] | None = None
    metrics: Metrics = Metrics()
    env: dict[str, str] = field(default_factory=dict)
    grace: float = 10.0
    description: str | None = None
    project: str | None = None
    entity: str | None = None

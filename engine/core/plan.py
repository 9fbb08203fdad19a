"""What a sweep was asked to do: limits, stages, and all else the machine needs of a config."""

from __future__ import annotations

from msgspec import Struct, field

from .model import Goal, Params


class Limits(Struct, frozen=True, kw_only=True):
    """What ends a sweep. `failures` counts failures in a row."""

    trials: int | None = None
    hours: float | None = None
    target: float | None = None
    failures: int | None = None


class StagePlan(Struct, frozen=True, kw_only=True):
    """One step from coarse to fine, as `engine.config.schema.Stage` writes it.

    At its entry the space is narrowed to the `narrow_top` best trials' box and the `promote` best
    go on to `budget`; then `trials` new ones are proposed. `repeats` counts seeds of each.
    """

    name: str
    budget: int | None = None
    trials: int | None = None
    """New proposals; None: as many as the limits allow."""
    promote: int = 0
    repeats: int = 1
    narrow_top: int | None = None
    overrides: Params = field(default_factory=dict)


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
    stages: tuple[StagePlan, ...] = ()
    """Coarse to fine; none: one stage, called `stage`, at `budget`."""
    limits: Limits = Limits()
    prefetch: int = 2
    """Waiting trials to keep ready beyond the free slots."""
    max_losses: int = 3
    """A trial whose runner was lost this many times in a row fails."""
    diverged_factor: float | None = 10.0
    """The `diverged` rule's factor; None switches the rule off."""

    @property
    def all_stages(self) -> tuple[StagePlan, ...]:
        """The stages, one of them at least."""
        return self.stages or (StagePlan(name=self.stage, budget=self.budget),)

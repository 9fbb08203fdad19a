"""What a sweep was asked to do: limits, stages, and all else the machine needs of a config."""

from __future__ import annotations

from msgspec import Struct, field

from .evolution import Rounds
from .model import Goal, Params


class Limits(Struct, frozen=True, kw_only=True):
    """What ends a sweep. `failures` counts failures in a row, `slot_hours` the hours that slots
    were held, `no_improvement` trials in a row that brought no new best."""

    trials: int | None = None
    hours: float | None = None
    target: float | None = None
    failures: int | None = None
    slot_hours: float | None = None
    no_improvement: int | None = None


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
    gpus: float | None = None
    """GPUs a trial, as `Plan.gpus`; None: as in the plan."""
    narrow_top: int | None = None
    overrides: Params = field(default_factory=dict)


class RungPlan(Struct, frozen=True, kw_only=True):
    """The budgets, ascending in `unit`, that trials are promoted through.

    The best 1/`reduction` of a rung go on to the next. Trials begin at the rung of index `begins`;
    where `first_is_auto`, only until their curves speak for another.
    """

    budgets: tuple[int, ...]
    begins: int = 0
    reduction: float = 3.0
    unit: str = "epochs"
    first_is_auto: bool = False


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
    """Coarse to fine; none: one stage, called `stage`, at `budget` or the first rung's."""
    limits: Limits = Limits()
    prefetch: int = 2
    """Waiting trials to keep ready beyond the free slots."""
    max_in_flight: int | None = None
    """At most so many of the search's trials wait or run at a time."""
    gpus: float = 0.0
    """GPUs a trial: a whole number, or a part of one; 0: trials run on CPU slots."""
    auto_slots: bool = False
    """As many slots as the GPUs have room for, whatever `slots` says."""
    max_losses: int = 3
    """A trial whose runner was lost this many times in a row fails."""
    diverged_factor: float | None = 10.0
    """The `diverged` rule's factor; None switches the rule off."""
    rungs: RungPlan | None = None
    """Trials begin with the first rung's budget, and the best are promoted; never with stages."""
    evolution: Rounds | None = None
    """The stages are the rounds of a population that evolves."""

    def goes_further(self, budget: int | None) -> bool:
        """Whether trials that have spent `budget` may be given more by rungs or rounds."""
        by_steps = self.rungs is not None or self.evolution is not None
        return by_steps and None not in (budget, self.budget) and (budget or 0) < (self.budget or 0)

    @property
    def all_stages(self) -> tuple[StagePlan, ...]:
        """The stages, one of them at least."""
        rungs = self.rungs
        first = rungs.budgets[rungs.begins] if rungs is not None else self.budget
        return self.stages or (StagePlan(name=self.stage, budget=first),)

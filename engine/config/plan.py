"""From the config to what the machine and the executor need: plan, slots, threads."""

from __future__ import annotations

from engine.config.evolution import evolution_rounds, round_plans
from engine.config.rungs import rung_plan
from engine.config.schema import Config, Stage
from engine.core.plan import Plan, StagePlan
from engine.search.registry import METHODS

_THREADS_VARIABLE = "OMP_NUM_THREADS"


def to_plan(config: Config, slots: int) -> Plan:
    """Give the machine's plan: its stages, or one at the full budget."""
    rounds = evolution_rounds(config)
    return Plan(
        name=config.name,
        metric=config.metric.name,
        goal=config.metric.goal,
        slots=slots,
        seed=_seed(config),
        method=config.method,
        budget=config.budget.max if config.budget else None,
        budget_parameter=config.budget.parameter if config.budget else None,
        stages=round_plans(rounds) if rounds else tuple(map(_stage_plan, config.stages)),
        evolution=rounds,
        limits=config.limits,
        diverged_factor=config.diverged_factor,
        rungs=rung_plan(config.stop, config.budget),
        prefetch=0 if _learns(config) else 2,
        max_in_flight=_at_most(config),
    )


def _seed(config: Config) -> int:
    seed = config.search.get("seed", 0)
    return seed if isinstance(seed, int) else 0


def _learns(config: Config) -> bool:
    """Whether a proposal made ahead of its slot would know less than one made for it."""
    method = METHODS.get(config.method)
    return method is not None and method.learns


def _at_most(config: Config) -> int | None:
    most = config.search.get("max_in_flight")
    return most if isinstance(most, int) else None


def _stage_plan(stage: Stage) -> StagePlan:
    return StagePlan(
        name=stage.name,
        budget=stage.budget,
        trials=stage.trials,
        promote=stage.promote,
        repeats=stage.repeats,
        narrow_top=stage.narrow.top if stage.narrow is not None else None,
        overrides=stage.overrides,
    )


def resolve_slots(config: Config, cores: int, override: int | None) -> int:
    """Give how many trials run at once.

    `override` wins over the config; `auto` shares out the cores, less one for the engine and the
    terminal where there are more than two.
    """
    if override is not None:
        return max(1, override)
    if config.resources.slots != "auto":
        return config.resources.slots
    return max(1, _cores_for_trials(cores) // config.resources.cpus)


def threads_per_trial(config: Config, cores: int, slots: int) -> int | None:
    """Give a trial's share of the cores, at least 1; None where `env` sets OMP_NUM_THREADS."""
    if _THREADS_VARIABLE in config.env:
        return None
    return max(1, _cores_for_trials(cores) // max(1, slots))


def _cores_for_trials(cores: int) -> int:
    return cores - 1 if cores > 2 else cores

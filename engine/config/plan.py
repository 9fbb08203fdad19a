"""From the config to what the machine and the executor need: plan, slots, threads."""

from __future__ import annotations

from engine.config.evolution import evolution_rounds, round_plans
from engine.config.rungs import rung_plan
from engine.config.schema import Config, Stage
from engine.core.plan import Plan, StagePlan
from engine.search.registry import METHODS

_THREADS_VARIABLE = "OMP_NUM_THREADS"


def to_plan(config: Config, slots: int, *, on_gpus: bool = False, auto_slots: bool = False) -> Plan:
    """Give the machine's plan: its stages, or one at the full budget.

    `on_gpus`: the box has GPUs that the sweep may use; else all trials run on `slots` of the CPU.
    `auto_slots`: where trials take GPUs, as many of them run as these have room for.
    """
    rounds = evolution_rounds(config)
    stages = tuple(_stage_plan(stage, on_gpus) for stage in config.stages)
    gpus = gpus_per_trial(config) if on_gpus else 0.0
    return Plan(
        name=config.name,
        metric=config.metric.name,
        goal=config.metric.goal,
        slots=slots,
        seed=_seed(config),
        method=config.method,
        budget=config.budget.max if config.budget else None,
        budget_parameter=config.budget.parameter if config.budget else None,
        stages=round_plans(rounds) if rounds else stages,
        evolution=rounds,
        limits=config.limits,
        diverged_factor=config.diverged_factor,
        rungs=rung_plan(config.stop, config.budget),
        prefetch=0 if _learns(config) else 2,
        max_in_flight=_at_most(config),
        gpus=gpus,
        auto_slots=auto_slots and any((gpus, *(stage.gpus for stage in stages))),
    )


def gpus_per_trial(config: Config) -> float:
    """Give the GPUs that a trial takes where the box has any: one, unless the config says."""
    resources = config.resources
    gpus = 1.0 if resources.gpus is None else resources.gpus
    return gpus / resources.trials_per_gpu


def wants_gpus(config: Config) -> bool:
    """Whether any of its trials runs on GPUs where the box has some."""
    return bool(gpus_per_trial(config) or any(stage.gpus for stage in config.stages))


def has_auto_slots(config: Config, override: int | None) -> bool:
    """Whether nobody said how many trials run at once."""
    return override is None and config.resources.slots == "auto"


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


def _stage_plan(stage: Stage, on_gpus: bool) -> StagePlan:
    return StagePlan(
        name=stage.name,
        budget=stage.budget,
        trials=stage.trials,
        promote=stage.promote,
        repeats=stage.repeats,
        gpus=stage.gpus if on_gpus else None,
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

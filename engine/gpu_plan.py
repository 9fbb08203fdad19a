"""Whether a new sweep's trials run on GPUs, and how many of them at once."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.config.plan import gpus_per_trial, has_auto_slots, resolve_slots, to_plan, wants_gpus
from engine.config.schema import Config
from engine.core.devices import WHOLE, Demand, demand_of
from engine.core.plan import Plan
from engine.devices.allowed import VISIBLE, Allowed
from engine.devices.sample import GpuSample, Look
from engine.devices.watched import Rules
from engine.text import clean

_GIB = 2**30
_ON_CPU = "trials run on the CPU"
FIRST_LOOK_S = 5.0
"""How long a new sweep waits for the driver to say which GPUs there are."""


class Outlook(Struct, frozen=True, kw_only=True):
    """What a sweep has to run on. `gpus` it may use; `silent`: the driver has not said yet.

    `warnings` tell people of what the config asks for and the box has not.
    """

    gpus: tuple[GpuSample, ...] = ()
    silent: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def on_gpus(self) -> bool:
        """Whether trials are placed on GPUs; while the driver is silent, they wait for it."""
        return self.silent or bool(self.gpus)


def rules_of(config: Config, visible: tuple[str, ...] | None) -> Rules:
    """What the config asks of GPUs; `visible` are those that the environment shows."""
    asked = config.resources
    least = asked.min_free_gib
    return Rules(
        allowed=Allowed(visible=visible, include=asked.include, exclude=asked.exclude),
        exclusive=asked.exclusive,
        min_free=None if least is None else int(least * _GIB),
        max_util=asked.max_util,
    )


def outlook_of(config: Config, rules: Rules, look: Look | None, *, library: bool) -> Outlook:
    """What a new sweep has to run on, by its first look; None: there was none in time.

    `library`: NVIDIA's is there; without it nobody looks.
    """
    if not wants_gpus(config):
        return Outlook()
    if look is None and library:
        return Outlook(silent=True)
    gpus = tuple(rules.allowed.usable(look.gpus)) if look is not None else ()
    if not gpus:
        return Outlook(warnings=tuple(_warnings_of_none(config, rules, look)))
    return Outlook(gpus=gpus, warnings=tuple(_warnings(config, rules, look, gpus)))


def outlook_again(config: Config, rules: Rules, look: Look | None, *, library: bool) -> Outlook:
    """What a sweep that was planned on GPUs goes on with: without any, its trials wait for them."""
    seen = outlook_of(config, rules, look, library=library)
    if seen.gpus:
        return seen
    there = look.gpus if look is not None else ()
    return Outlook(silent=True, warnings=tuple(_unknown(rules.allowed, there) if there else ()))


def plan_of(config: Config, cores: int, override: int | None, outlook: Outlook) -> Plan:
    """The plan of a new sweep; `override` is a number of slots that a person gave."""
    return to_plan(
        config,
        resolve_slots(config, cores, override),
        on_gpus=outlook.on_gpus,
        auto_slots=has_auto_slots(config, override),
    )


def expected_slots(plan: Plan, gpus: int) -> int:
    """How many trials will run at once at most, so that they can share out the cores."""
    demands = [demand_of(plan.gpus if s.gpus is None else s.gpus) for s in plan.all_stages]
    if not plan.auto_slots:
        return plan.slots
    return max(1, *(_on(gpus, d) if d.gpus else plan.slots for d in demands))


def _on(gpus: int, demand: Demand) -> int:
    if demand.share < WHOLE:
        return gpus * (WHOLE // demand.share)
    return gpus // demand.gpus


def _warnings_of_none(config: Config, rules: Rules, look: Look | None) -> list[str]:
    """Only who asked for GPUs, or may use none of those there are, is told so."""
    wanted = config.resources.gpus is not None or any(stage.gpus for stage in config.stages)
    if look is not None and look.gpus:
        return _warnings_of_bounds(rules.allowed, look.gpus, wanted)
    if not wanted:
        return []
    why = "NVIDIA's library is not there" if look is None else look.error or "it has none"
    return [f"no GPU to be seen on this box ({why}): {_ON_CPU}"]


def _warnings_of_bounds(allowed: Allowed, there: Sequence[GpuSample], wanted: bool) -> list[str]:
    """What keeps a sweep from all GPUs; an environment that hides them is told to who wants any."""
    whys = dict.fromkeys(filter(None, (allowed.refusal(gpu, there) for gpu in there)))
    if allowed.visible == () and not wanted:
        return []
    visible = f"{VISIBLE}={clean(','.join(allowed.visible or ()), limit=80)}"
    told = ", ".join(why.replace(VISIBLE, visible) for why in whys)
    none = f"the sweep may use none of the {len(there)} GPUs here ({told}): {_ON_CPU}"
    return [none, *_unknown(allowed, there)]


def _unknown(allowed: Allowed, there: Sequence[GpuSample]) -> list[str]:
    known = " ".join(gpu.label for gpu in there)
    return [
        f"gpu_ids: no GPU here is called {clean(name, limit=80)}; there are {known}"
        for name in allowed.unknown(there)
    ]


def _warnings(
    config: Config, rules: Rules, look: Look | None, gpus: tuple[GpuSample, ...]
) -> list[str]:
    there = look.gpus if look is not None else ()
    found = _unknown(rules.allowed, there)
    asked = [gpus_per_trial(config), *(stage.gpus or 0 for stage in config.stages)]
    if max(asked) > len(gpus):
        found.append(
            f"trials take {max(asked):g} GPUs, and the sweep may use {len(gpus)}: they wait"
        )
    elif max(asked) > 1 and any(gpu.parent for gpu in gpus):
        found.append(
            f"trials take {max(asked):g} GPUs, but CUDA uses one MIG instance a process at most"
        )
    return found

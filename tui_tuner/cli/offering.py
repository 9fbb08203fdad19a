"""What a config would run on this box, to be offered to who has not begun yet."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.errors import ConfigError, TunerError
from tui_tuner.box import Offer

if TYPE_CHECKING:
    from engine.config.schema import Config
    from engine.devices.sample import Look
    from engine.gpu_plan import Outlook


def offer_of(path: Path) -> tuple[Offer, Config | None]:
    """Read a config; None for one that cannot run. Without slots where GPUs are to be counted."""
    from engine.config.load import load_config
    from engine.config.support import unsupported

    try:
        loaded = load_config(path)
    except ConfigError as error:
        return Offer(config=path, faults=tuple(error.faults)), None
    except (TunerError, OSError) as error:
        return Offer(config=path, faults=(str(error),)), None
    config = loaded.config
    offer = Offer(
        config=path,
        name=config.name,
        method=config.method,
        metric=f"{config.metric.goal.value} {config.metric.name}",
        parameters=len(config.space.searched),
        trials=config.limits.trials,
        warnings=tuple(loaded.warnings),
        faults=tuple(unsupported(config)),
    )
    return _unless_gpus(offer, config), config


async def counted(
    offer: Offer, config: Config, environment: Mapping[str, str] = os.environ
) -> Offer:
    """Look at the GPUs; the offer stays as it is where their driver does not answer in time."""
    from engine.devices.allowed import visible_in
    from engine.gpu_plan import outlook_of, rules_of

    rules = rules_of(config, visible_in(environment))
    outlook = outlook_of(config, rules, await _first_look(), library=True)
    return offer if outlook.silent else _filled(offer, config, outlook)


def _unless_gpus(offer: Offer, config: Config) -> Offer:
    from engine.config.plan import wants_gpus
    from engine.devices.gpu_watch import library_there
    from engine.gpu_plan import outlook_of, rules_of

    if wants_gpus(config) and library_there():
        return offer
    return _filled(offer, config, outlook_of(config, rules_of(config, None), None, library=False))


def _filled(offer: Offer, config: Config, outlook: Outlook) -> Offer:
    """Say how many trials run at a time, at most: those that nothing else keeps waiting."""
    from engine.devices.cpu import usable_cores
    from engine.gpu_plan import expected_slots, plan_of

    plan = plan_of(config, usable_cores(), None, outlook)
    slots = expected_slots(plan, len(outlook.gpus))
    if outlook.gpus:
        slots = min(slots, expected_slots(replace(plan, auto_slots=True), len(outlook.gpus)))
    warnings = (*offer.warnings, *outlook.warnings)
    return replace(offer, slots=slots, gpus=len(outlook.gpus), warnings=warnings)


async def _first_look() -> Look | None:
    from engine.devices.gpu_watch import GpuWatch
    from engine.gpu_plan import FIRST_LOOK_S

    logging.getLogger("engine.devices").addHandler(logging.NullHandler())
    watch = GpuWatch()
    await watch.start()
    try:
        return await watch.first(FIRST_LOOK_S)
    finally:
        await watch.close()

"""The `resources`: what a trial takes of the machine, and which of its GPUs a sweep may use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.config.faults import shown
from engine.config.schema import Resources
from engine.config.section import Section, described
from engine.core.devices import demand_of

_KEYS = (
    *("gpus", "trials_per_gpu", "cpus", "slots"),
    *("gpu_ids", "min_free_gib", "exclusive", "max_util"),
)
_VISIBLE = "CUDA_VISIBLE_DEVICES"


def read_resources(top: Section) -> Resources:
    """Read `resources`; what is left out of it is as in `Resources`."""
    section = top.section("resources", _KEYS)
    usual = Resources()
    slots = None if section.raw("slots") == "auto" else _slots(section)
    gpus = read_gpus(section)
    include, exclude = _gpu_ids(section)
    exclusive = section.flag("exclusive")
    max_util = section.number("max_util")
    if max_util is not None and not 0 <= max_util <= 100:
        section.fault("max_util", f"must be a percentage from 0 to 100, not {shown(max_util)}")
    _warn(top, section, gpus)
    return Resources(
        gpus=gpus,
        trials_per_gpu=_trials_per_gpu(section, gpus),
        include=include,
        exclude=exclude,
        min_free_gib=section.number("min_free_gib", above=0),
        exclusive=usual.exclusive if exclusive is None else exclusive,
        max_util=usual.max_util if max_util is None else max_util,
        cpus=section.whole("cpus", least=1) or usual.cpus,
        slots=slots or usual.slots,
    )


def read_gpus(section: Section) -> float | None:
    """Read `gpus`: how many a trial takes, a whole number or a part of one."""
    gpus = section.number("gpus")
    if gpus is None:
        return None
    written = shown(section.raw("gpus"))
    try:
        demand_of(gpus)
    except (ValueError, OverflowError):
        whole = "must be a whole number, or a part of one GPU such as 0.25"
        section.fault("gpus", f"{whole}, not {written}")
        return None
    return gpus


def _trials_per_gpu(section: Section, gpus: float | None) -> int:
    count = section.whole("trials_per_gpu", least=1) or 1
    if count == 1 or gpus in (None, 1):
        return count
    if gpus == 0:
        reason = "shares a GPU among trials, but gpus: 0 gives them none; remove one of the two"
    elif gpus is not None and gpus < 1:
        reason = f"and gpus: {gpus:g} both share a GPU among trials; keep one of the two"
    else:
        reason = f"shares one GPU among trials, but gpus: {gpus:g} gives each trial several"
    section.fault("trials_per_gpu", reason)
    return 1


def _gpu_ids(section: Section) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read `gpu_ids`, the GPUs to use, or a mapping that includes some and excludes some."""
    written = section.raw("gpu_ids")
    if not isinstance(written, dict):
        return _ids(section, "gpu_ids"), ()
    inner = section.section("gpu_ids", ("include", "exclude"))
    include, exclude = _ids(inner, "include"), _ids(inner, "exclude")
    for both in (name for name in include if name in exclude):
        inner.fault("exclude", f"names {both}, which include names as well")
    return include, exclude


def _ids(section: Section, key: str) -> tuple[str, ...]:
    found: list[str] = []
    items = section.items(key)
    if section.has(key) and isinstance(section.raw(key), list) and not items:
        section.fault(key, "names no GPU; remove the key to use all, or say gpus: 0 to use none")
    for number, item in enumerate(items):
        path = section.at(key, number)
        name = _id(item)
        if name is None:
            wanted = "must be a GPU's index, or its UUID as `nvidia-smi -L` shows it"
            section.faults.add(path, f"{wanted}, not {described(item)}")
        elif name in found:
            section.faults.add(path, f"names {name} twice")
        else:
            found.append(name)
    return tuple(found)


def _id(item: Any) -> str | None:
    """The index, label or UUID that an item says; an index as its digits."""
    if isinstance(item, bool):
        return None
    if isinstance(item, int):
        return str(item) if item >= 0 else None
    if not isinstance(item, str) or not item or set(item) & set(" \t\n,"):
        return None
    return str(int(item)) if item.isascii() and item.isdigit() and len(item) < 9 else item


def _slots(section: Section) -> int | None:
    slots = section.raw("slots")
    if isinstance(slots, str):
        section.fault("slots", f"must be auto or a whole number, not {described(slots)}")
        return None
    return section.whole("slots", least=1)


def _warn(top: Section, section: Section, gpus: float | None) -> None:
    if section.raw("exclusive") is False and not section.has("min_free_gib"):
        text = "without min_free_gib a GPU is shared however little memory is left on it"
        top.faults.warn(section.at("exclusive"), text)
    named = section.raw("gpu_ids")
    if gpus is not None and isinstance(named, list) and 0 < len(named) < gpus:
        text = f"names {len(named)}, and each trial takes {gpus:g}: none could start"
        top.faults.warn(section.at("gpu_ids"), text)
    env = top.raw("env")
    if gpus != 0 and isinstance(env, dict) and env.get(_VISIBLE) is not None:
        text = "is set for all trials: they compute there, wherever they are placed"
        top.faults.warn(top.at("env", _VISIBLE), text)
    unused = _unused(section) if gpus == 0 and not _any_stage_has_gpus(top) else ()
    for key in unused:
        top.faults.warn(section.at(key), "is not used: gpus: 0 runs trials on the CPU")


def _unused(section: Section) -> Iterable[str]:
    return [k for k in ("gpu_ids", "min_free_gib", "exclusive", "max_util") if section.has(k)]


def _any_stage_has_gpus(top: Section) -> bool:
    stages = top.raw("stages")
    items = stages if isinstance(stages, list) else []
    return any(isinstance(item, dict) and item.get("gpus") for item in items)

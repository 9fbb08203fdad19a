"""What the trials of a config take of the machine, in words."""

from __future__ import annotations

from engine.config.plan import gpus_per_trial, wants_gpus
from engine.config.schema import Config, Resources
from engine.text import clean

_PARTS = {2: "half", 3: "a third of", 4: "a quarter of"}


def taken_by(config: Config) -> list[str]:
    """Say what a trial takes, stage by stage where that differs, and of which GPUs."""
    if not wants_gpus(config):
        return ["each trial runs on the CPU"]
    usual = gpus_per_trial(config)
    unsaid = config.resources.gpus is None and usual == 1
    hint = ", where there are any; else it runs on the CPU" if unsaid else ""
    lines = [f"each trial takes {gpus_text(usual)}{hint}"]
    lines += [
        f"in stage {clean(stage.name)} each trial takes {gpus_text(stage.gpus)}"
        for stage in config.stages
        if stage.gpus is not None and stage.gpus != usual
    ]
    return [*lines, *_bounds(config.resources)]


def gpus_text(gpus: float) -> str:
    """'2 GPUs', 'a quarter of a GPU', 'no GPU'."""
    if gpus == 0:
        return "no GPU"
    if gpus >= 1:
        return f"{gpus:g} GPU{'s' if gpus > 1 else ''}"
    count = round(1 / gpus)
    if abs(gpus * count - 1) > 1e-6:
        return f"{gpus:g} of a GPU"
    return f"{_PARTS[count]} a GPU" if count in _PARTS else f"1/{count} of a GPU"


def _bounds(resources: Resources) -> list[str]:
    bounds = []
    if resources.include:
        bounds.append(f"may use GPU {', '.join(map(clean, resources.include))} only")
    if resources.exclude:
        bounds.append(f"never use GPU {', '.join(map(clean, resources.exclude))}")
    if not resources.exclusive:
        free = resources.min_free_gib
        room = f" with at least {free:g} GiB free" if free is not None else ""
        bounds.append(f"share GPUs with others{room}")
    return [f"trials {', and '.join(bounds)}"] if bounds else []

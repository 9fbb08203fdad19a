"""What files of a sweep's trials have in common: their columns, and what stands in them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from engine.core.views import TrialView

from .documents import elapsed_s, gpu_s

BEFORE_PARAMS = ("id", "state", "failure")
AFTER_PARAMS = (
    "value",
    "best",
    "best_step",
    "step",
    "budget",
    "stage",
    "origin",
    "seed",
    "space_version",
    "attempts",
    "started_at",
    "ended_at",
    "elapsed_s",
    "device",
    "gpus",
    "gpu_s",
    "util",
    "peak_memory",
    "parent",
    "repeat_of",
    "mean",
    "std",
    "reason",
    "note",
)


class Exported(Struct, frozen=True):
    """What is to stand in a file, text or bytes, and how many trials it tells of."""

    content: str | bytes
    trials: int


def field_of(row: TrialView, name: str) -> Any:
    """What stands in the column `name`, none of a parameter, for a trial."""
    if name == "elapsed_s":
        return round(elapsed_s(row), 3)
    if name == "gpu_s":
        return round(gpu_s(row), 3)
    if name == "device" and row.device is None and row.attempt_list:
        return row.attempt_list[-1].device
    if name == "value":
        return row.last_text or row.value
    return getattr(row, name)

"""What a trial can be filtered and sorted by: names, and the value of each in a row."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from engine.core.views import TrialView

Field = Callable[[TrialView], Any]

PARAMS_PREFIX = "params."
"""`params.seed` is the parameter even where `seed` alone means something else."""

ENDED = ("complete", "pruned", "failed")


def _number(row: TrialView) -> int:
    return int(row.id[1:])


def _value(row: TrialView) -> float | None:
    return float(row.last_text) if row.last_text is not None else row.value


def is_advised(row: TrialView) -> bool:
    """Whether there is advice on a trial that a person can still follow."""
    return row.advice is not None and row.state not in ENDED


FIELDS: dict[str, Field] = {
    "id": _number,
    "step": attrgetter("step"),
    "epoch": attrgetter("step"),
    "value": _value,
    "last": _value,
    "elapsed": attrgetter("elapsed_s"),
    "time": attrgetter("elapsed_s"),
    "why": attrgetter("reason"),
    "advised": is_advised,
    "gpu_hours": lambda row: row.gpu_s / 3600,
    **{
        name: attrgetter(name)
        for name in (
            "state",
            "failure",
            "stage",
            "origin",
            "device",
            "slot",
            "best",
            "best_step",
            "budget",
            "attempts",
            "elapsed_s",
            "started_at",
            "ended_at",
            "reason",
            "ending",
            "parent",
            "seed",
            "space_version",
            "reports",
            "rejected",
            "note",
            "advice",
            "held",
            "infeasible",
            "converged",
            "generation",
            "repeat_of",
            "repeats",
            "util",
            "cpu_util",
            "memory",
            "peak_memory",
            "gpus",
            "gpu_s",
            "mean",
            "std",
        )
    },
}


def field_of(name: str, objective: str) -> Field:
    """Give the value that `name` has in a row: a field, the objective's last value, a parameter.

    Rows without such a parameter give None.
    """
    if name in FIELDS:
        return FIELDS[name]
    if name == objective:
        return _value
    parameter = name.removeprefix(PARAMS_PREFIX)
    return lambda row: row.params.get(name, row.params.get(parameter))

"""What a search method learns from: one observation a trial."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from .model import Complete, Failed, Params, Pruned, Trial

Status = Literal["open", "complete", "stopped", "converged", "infeasible", "failed"]
"""open: waits, runs or is paused. stopped: pruned before its end, so that its last value is not its
end. converged: stopped since it had nothing more to gain. failed: says nothing of its
configuration."""


class Observation(Struct, frozen=True, kw_only=True):
    """A trial as a search method sees it. `steps` and `values` are its objective's curve so far.

    `steps` ascend; values may be NaN or infinite. `budget` is what the trial was given, in epochs.
    Observations compare within the highest `rank_class` only: others measured something else.
    """

    number: int
    params: Params
    space_version: int
    status: Status
    steps: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    budget: int | None = None
    rank_class: int = 0


def observe(trial: Trial) -> Observation:
    """Give a trial's observation as of now."""
    at = next((i for i, step in enumerate(trial.steps) if step > trial.ranked_after), None)
    return Observation(
        number=trial.number,
        params=trial.params,
        space_version=trial.space_version,
        status=_status(trial),
        steps=tuple(trial.steps[at:]) if at is not None else (),
        values=tuple(trial.values[at:]) if at is not None else (),
        budget=trial.budget,
        rank_class=trial.rank_class,
    )


def _status(trial: Trial) -> Status:
    match trial.state:
        case Complete():
            return "complete"
        case Pruned(infeasible=True):
            return "infeasible"
        case Pruned(converged=True):
            return "converged"
        case Pruned():
            return "stopped"
        case Failed(kind=kind):
            return "infeasible" if kind.infeasible else "failed"
    return "open"

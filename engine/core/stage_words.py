"""How a stage's beginning is told, before it is done and in the history."""

from __future__ import annotations

from .edits import SpaceChange
from .gpu_words import taken
from .history import named
from .plan import StagePlan
from .state import SweepState


def told(
    state: SweepState,
    plan: StagePlan,
    promoted: tuple[int, ...],
    dropped: tuple[int, ...],
    change: SpaceChange | None,
) -> str:
    """' at 27 epochs with data_fraction 1.0: the best 2, t0007, t0012, go on; 3 seeds each'."""
    at = f" at {plan.budget} {state.plan.budget_parameter or 'epochs'}" if plan.budget else ""
    here = state.demands.of_stage(plan.name)
    if here != state.demands.of_stage(state.stage.plan.name):
        at += f" on {taken(here)} each" if here.gpus else " on the CPU"
    values = ", ".join(f"{name} {value}" for name, value in plan.overrides.items())
    parts = (
        _narrowing(plan, change),
        _promotions(plan, promoted),
        _proposals(state, plan, len(dropped), change),
        f"{plan.repeats} seeds each" if plan.repeats > 1 else "",
    )
    what = "; ".join(part for part in parts if part)
    return at + (f" with {values}" if values else "") + (f": {what}" if what else "")


def new_trials(state: SweepState, plan: StagePlan, dropped: int) -> int | None:
    """How many trials a stage can propose: its number, or what the limit leaves of it.

    `dropped` proposals are given up before, and count no more. None: no end is known.
    """
    limit = state.trials_limit
    room = None if limit is None else max(0, limit - state.counted + dropped)
    return min((n for n in (plan.trials, room) if n is not None), default=None)


def _narrowing(plan: StagePlan, change: SpaceChange | None) -> str:
    if change is not None:
        return change.sentence
    return "nothing to narrow the ranges by, they stay" if plan.narrow_top is not None else ""


def _promotions(plan: StagePlan, promoted: tuple[int, ...]) -> str:
    if not promoted:
        return "nothing complete to go on with" if plan.promote else ""
    names = named(promoted)
    if len(promoted) < plan.promote:
        return f"{names} go on; no more of {plan.promote} are complete"
    return f"the best, {names}, goes on" if len(promoted) == 1 else f"the best, {names}, go on"


def _proposals(state: SweepState, plan: StagePlan, dropped: int, change: SpaceChange | None) -> str:
    if plan.trials == 0:
        return ""
    count = new_trials(state, plan, dropped)
    if count == 0:
        return f"no new trials: the limit of {state.trials_limit} is reached"
    if state.exhausted is not None and change is None:
        return f"no new trials: {state.exhausted}"
    if count is None:
        return "new trials"
    fewer = f" of {plan.trials}, up to the limit" if plan.trials not in (None, count) else ""
    return f"{count} new trial{'s' * (count != 1)}{fewer}"

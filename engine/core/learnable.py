"""Warnings that come and go where reports leave the search nothing, or less, to learn from."""

from __future__ import annotations

from .commands import Command, Emit
from .events import Warned
from .model import Trial, is_whole
from .state import SweepState

ENOUGH = 10
"""How many trials must have ended before what they have in common means anything."""
MOST_NAMES = 10

MISSING = "objective-missing"
PARTLY = "objective-partly"
CONSTANT = "objective-constant"
NONE = "objective-none"
CODES = (MISSING, PARTLY, CONSTANT, NONE)
"""Of the warnings made here."""


def check_objective(state: SweepState, trial: Trial, at: float) -> list[Command]:
    """Say, now that a trial has ended, what is odd about the objective; take back what was.

    Emits something only where that changes.
    """
    if not state.objective_seen:
        return _warn(state, at, MISSING, _missing(state)) if is_whole(trial.state) else []
    return [
        *_warn(state, at, MISSING, ""),
        *_warn(state, at, PARTLY, _partly(state, trial)),
        *_warn(state, at, CONSTANT, _constant(state)),
        *_warn(state, at, NONE, _none(state)),
    ]


def _warn(state: SweepState, at: float, code: str, text: str) -> list[Command]:
    """Give a warning, or with no text take it back; one that stands keeps its words."""
    if bool(text) == (code in state.warnings):
        return []
    return [Emit(event=Warned(at=at, code=code, text=text))]


def _missing(state: SweepState) -> str:
    if not state.metrics:
        return ""
    names = ", ".join(list(state.metrics)[:MOST_NAMES])
    return f"no report carries the metric {state.plan.metric!r}; reported so far: {names}"


def _partly(state: SweepState, trial: Trial) -> str:
    if PARTLY in state.warnings:
        return state.warnings[PARTLY].text
    among = state.trials.values() if MISSING in state.warnings else (trial,)
    silent = next((t for t in among if _is_silent(t)), None)
    if silent is None:
        return ""
    metric = state.plan.metric
    return f"{silent.name} ended without a report of {metric}: of such trials nothing is learnt"


def _is_silent(trial: Trial) -> bool:
    return is_whole(trial.state) and trial.reports > 0 and not trial.steps


def _constant(state: SweepState) -> str:
    if state.leaders.valued < ENOUGH or not state.objective_span.is_point:
        return ""
    value = f"{state.plan.metric} is {state.objective_span.low:g}"
    return f"{value} in every report so far: nothing tells the trials apart"


def _none(state: SweepState) -> str:
    ended = sum(state.counts[name] for name in ("complete", "pruned", "failed"))
    if state.best is not None or ended < ENOUGH:
        return ""
    metric = state.plan.metric
    return f"none of the first {ended} trials has a number for {metric} that can be learnt from"

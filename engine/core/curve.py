"""The objective's curve of a trial: one point a step, whatever order attempts report in."""

from __future__ import annotations

from bisect import bisect_left
from math import isfinite

from .model import Best, Goal, Trial


def add_point(trial: Trial, attempt: int, step: int, value: float, goal: Goal) -> None:
    """Put an attempt's point on the trial's curve.

    The first point of a later attempt cuts the curve there: the attempt went back to its
    checkpoint, and what was reported beyond it is about to be reported again.
    """
    if trial.curve_attempt != attempt:
        _cut(trial, step, goal)
        trial.curve_attempt = attempt
    steps, values = trial.steps, trial.values
    if not steps or step > steps[-1]:
        steps.append(step)
        values.append(value)
        _improve(trial, step, value, goal)
        return
    at = bisect_left(steps, step)
    if steps[at] == step:
        values[at] = value
    else:
        steps.insert(at, step)
        values.insert(at, value)
    _find_best(trial, goal)


def _cut(trial: Trial, step: int, goal: Goal) -> None:
    at = bisect_left(trial.steps, step)
    if at < len(trial.steps):
        del trial.steps[at:], trial.values[at:]
        _find_best(trial, goal)


def _improve(trial: Trial, step: int, value: float, goal: Goal) -> None:
    if step <= trial.ranked_after:
        return
    if isfinite(value) and (trial.best is None or goal.better(value, trial.best.value)):
        trial.best = Best(value, step)


def _find_best(trial: Trial, goal: Goal) -> None:
    trial.best = None
    for step, value in zip(trial.steps, trial.values, strict=True):
        _improve(trial, step, value, goal)

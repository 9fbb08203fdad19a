"""Trials as Optuna's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from engine.core.views import SweepView, TrialView
from engine.text import clean
from tui_tuner.cli.exporting import field_of
from tui_tuner.cli.exporting_curves import Curves
from tui_tuner.cli.exporting_names import distinct

from .axes import Axis

_TOLD = (
    "id",
    "state",
    "stage",
    "origin",
    "note",
    "device",
    "failure",
    "reason",
    "step",
    "best_step",
    "budget",
    "seed",
    "space_version",
    "attempts",
    "elapsed_s",
    "gpus",
    "gpu_s",
    "util",
    "peak_memory",
    "parent",
    "repeat_of",
    "mean",
    "std",
)
_MARKS = ("infeasible", "converged")


class Translator:
    """Makes Optuna's trials of one sweep's."""

    def __init__(self, view: SweepView, axes: Mapping[str, Axis]) -> None:
        self._view = view
        self._axes = axes
        self._written = distinct(axes)
        taken = (*_TOLD, *_MARKS, "overrides")
        others = [name for name in view.metrics if name != view.metric.name]
        self._metrics = distinct(others, taken, "metrics.")

    def trial(self, row: TrialView, curves: Curves) -> Any:
        """Make a trial; `value` is the best that it came to, as in the sweep."""
        from optuna.trial import TrialState, create_trial

        state = TrialState[_state(row)]
        has_value = state in (TrialState.COMPLETE, TrialState.PRUNED)
        objective = curves.get(self._view.metric.name, [])
        axes = {name: self._axes[name] for name in row.params}
        made = create_trial(
            state=state,
            value=row.best if has_value else None,
            params={self._written[n]: axis.inward(row.params[n]) for n, axis in axes.items()},
            distributions={
                self._written[n]: axis.distribution(row.space_version, row.params[n])
                for n, axis in axes.items()
            },
            user_attrs=self._attributes(row, curves),
            intermediate_values={point.step: point.value for point in objective},
        )
        began = row.started_at or row.ended_at or self._view.started_at or 0.0
        if state != TrialState.WAITING:
            made.datetime_start = datetime.fromtimestamp(began)
        if state.is_finished():
            made.datetime_complete = datetime.fromtimestamp(row.ended_at or began)
        return made

    def _attributes(self, row: TrialView, curves: Curves) -> dict[str, Any]:
        """What Optuna has no field for; of other metrics the last value."""
        told = {name: field_of(row, name) for name in _TOLD}
        told |= {name: True for name in _MARKS if getattr(row, name)}
        if row.overrides:
            told["overrides"] = json.dumps(row.overrides)
        for name, written in self._metrics.items():
            if curves.get(name):
                told[written] = _finite(curves[name][-1].value)
        return {
            name: clean(value, limit=32_000) if isinstance(value, str) else value
            for name, value in told.items()
            if value is not None
        }


def _state(row: TrialView) -> str:
    """Optuna's word: what completed without a number failed, as Optuna has it."""
    if row.state == "complete" or row.converged:
        return "COMPLETE" if row.best is not None else "FAIL"
    if row.state in ("running", "paused"):
        return "RUNNING" if row.started_at is not None else "WAITING"
    return {"waiting": "WAITING", "pruned": "PRUNED"}.get(row.state, "FAIL")


def _finite(value: float) -> float | str:
    """A number, or the spelling of what no browser reads as JSON."""
    return value if isfinite(value) else str(value)

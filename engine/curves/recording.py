"""From a sweep's store to its curve table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from engine.core.model import Params, trial_number
from engine.core.views import TrialView
from engine.space.values import value_key
from engine.store.base import Point, StoredReport, StoreReader
from engine.store.series import curves

from .table import Curve, CurveTable

Told = Callable[[int, int], None]
"""Hears how many trials have been read, of how many."""


def record_sweep(reader: StoreReader, told: Told = lambda done, of: None) -> CurveTable:
    """Read every configuration's curve, in the order of the trials.

    Trials that never reported, a finalist's repeats, and those that began at another's checkpoint
    are left out: none of them has a curve of its configuration alone. Of trials with the same
    configuration the longest counts. Blocks.
    """
    rows = [row for row in reader.trials() if _is_of_its_own(row)]
    kept: dict[str, Curve] = {}
    for done, row in enumerate(rows, 1):
        curve = _curve(row, list(reader.reports(trial_number(row.id))))
        key = value_key(row.params)
        if key not in kept or len(curve.steps) > len(kept[key].steps):
            kept[key] = curve
        told(done, len(rows))
    return CurveTable(
        parameters=_names(curve.params for curve in kept.values()),
        metrics=_names(curve.metrics for curve in kept.values()),
        curves=tuple(kept.values()),
    )


def _is_of_its_own(row: TrialView) -> bool:
    return row.reports > 0 and row.repeat_of is None and row.generation == 0


def _names(named: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in named for name in names))


def _curve(row: TrialView, reports: Sequence[StoredReport]) -> Curve:
    series = curves(reports)
    at = {point.step: point.at for points in series.values() for point in points}
    steps = tuple(sorted(at))
    return Curve(
        params=_as_run(row),
        steps=steps,
        metrics={name: _values(points, steps) for name, points in series.items()},
        seconds=_seconds(row, reports, steps),
    )


def _as_run(row: TrialView) -> Params:
    """The parameters with what its stage set otherwise."""
    return {**row.params, **row.overrides}


def _values(points: Iterable[Point], steps: Sequence[int]) -> tuple[float | None, ...]:
    by_step = {point.step: point.value for point in points}
    return tuple(by_step.get(step) for step in steps)


def _seconds(
    row: TrialView, reports: Iterable[StoredReport], steps: Iterable[int]
) -> tuple[float, ...]:
    """What each step took since the report before it, or since its attempt began."""
    began = {attempt.n: attempt.started_at for attempt in row.attempt_list}
    took: dict[int, float] = {}
    for stored in reports:
        report = stored.report
        before = began.get(stored.attempt, report.at)
        took[report.step] = max(0.0, report.at - before)
        began[stored.attempt] = report.at
    return tuple(took[step] for step in steps)

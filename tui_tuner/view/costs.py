"""What a trial costs in GPU time, and what it gave for it."""

from __future__ import annotations

from math import isfinite

from engine.core.views import TrialView

HOUR_S = 3600.0
LEAST_S = 1.0
"""Less time than that says nothing."""


def gpu_seconds(row: TrialView, now: float) -> float:
    """Give the seconds of GPUs that a trial has had, parts of one counting as such."""
    started = row.attempt_started_at
    running = row.gpus * max(0.0, now - started) if started is not None else 0.0
    return row.gpu_s + running


def gpu_order(row: TrialView) -> float | None:
    """Give what rows are ordered by under 'GPU hours': for one that runs, when it would have begun
    had it run in one go."""
    if row.attempt_started_at is not None and row.gpus:
        return row.attempt_started_at - row.gpu_s / row.gpus
    return row.gpu_s or None


def rate_maximized(row: TrialView) -> float | None:
    """Give the best objective per hour: of GPUs, or of time where it has none.

    Known once no attempt runs, so that it stands still.
    """
    return _rate(row, row.best)


def rate_minimized(row: TrialView) -> float | None:
    """Give by how much the objective fell since the first report, per hour as above."""
    first = next((value for value in row.spark if value is not None), None)
    fell = first - row.best if first is not None and row.best is not None else None
    return _rate(row, fell)


def _rate(row: TrialView, gained: float | None) -> float | None:
    seconds = row.gpu_s if row.gpus or row.gpu_s else row.elapsed_s
    if gained is None or not isfinite(gained) or row.attempt_started_at is not None:
        return None
    return gained * HOUR_S / seconds if seconds >= LEAST_S else None

"""How long a sweep will still take, as far as that can be told."""

from __future__ import annotations

from .limits import time_left
from .stage_views import epochs_left
from .state import Scheduling, SweepState


def eta(state: SweepState) -> float | None:
    """Seconds left: by the work still to do, or by the limit of time where that comes first.

    As of the last event, so that the view does not change while nothing happens.
    """
    is_open = state.scheduling is Scheduling.OPEN
    limit = time_left(state, state.last_at) if is_open else None
    found = [_eta_by_work(state), max(0.0, limit.left_s) if limit is not None else None]
    return min((seconds for seconds in found if seconds is not None), default=None)


def _eta_by_work(state: SweepState) -> float | None:
    """By the epochs of all stages, or of one stage by the trials still to run."""
    if not state.plan.stages and state.plan.rungs is None:
        return _eta_by_trials(state)
    epochs, pace = epochs_left(state), state.epoch_seconds
    if state.ended_at is not None or epochs is None or not pace.count or not state.slots.count:
        return None
    return epochs * pace.mean / state.slots.count


def done(state: SweepState) -> int:
    """How many trials that count toward the limit have ended."""
    open_ones = sum(state.trials[number].counted for number in (*state.waiting, *state.running))
    return max(0, state.counted - open_ones - state.counts["paused"])


def _eta_by_trials(state: SweepState) -> float | None:
    """Trials still to run, at the mean duration of completed ones, over the slots."""
    pace = state.completed_seconds
    limit = state.trials_limit
    if state.ended_at is not None or limit is None or not pace.count or not state.slots.count:
        return None
    left = max(0, limit - done(state))
    half_done = min(len(state.running), left) / 2
    return (left - half_done) * pace.mean / state.slots.count

"""The limits that end a sweep's scheduling: failures, time, and no improvement.

The limit of trials is heeded where proposals are asked for, the target where reports come in.
"""

from __future__ import annotations

from msgspec import Struct

from .commands import Emit
from .events import LimitReached
from .model import Exited, Failed, Signalled, Trial, trial_name
from .state import SweepState

FIRST_FAILURES = 5
"""A sweep whose first trials all fail before any of them reports is broken, whatever `limits` say
(as W&B's agent stops after its first five)."""

LAST_LINES = 3
LINE_LENGTH = 200


class TimeLimit(Struct, frozen=True, kw_only=True):
    """A limit of time: `left_s` seconds are left at the present number of held slots."""

    limit: str
    left_s: float
    sentence: str


def limit_reached(state: SweepState, at: float) -> Emit | None:
    """Say which limit the sweep has reached, if any."""
    for limit, sentence in (
        ("failures", _failures(state)),
        ("no_improvement", _no_improvement(state)),
        _time_over(state, at),
    ):
        if sentence:
            return Emit(event=LimitReached(at=at, limit=limit, sentence=sentence))
    return None


def time_left(state: SweepState, at: float) -> TimeLimit | None:
    """The limit of time that runs out first; None where none does as things stand."""
    limits, held = state.plan.limits, state.slot_time.held
    found: list[TimeLimit] = []
    if (hours := limits.hours) is not None:
        left_s = hours * 3600 - state.watch.elapsed(at)
        sentence = f"{hours:g} hours are over"
        found.append(TimeLimit(limit="hours", left_s=left_s, sentence=sentence))
    if (hours := limits.slot_hours) is not None:
        left_s = hours * 3600 - state.slot_time.elapsed(at)
        sentence = f"{hours:g} slot-hours are used up"
        if held or left_s <= 0:
            left_s /= max(1, held)
            found.append(TimeLimit(limit="slot_hours", left_s=left_s, sentence=sentence))
    return min(found, key=lambda t: t.left_s, default=None)


def _time_over(state: SweepState, at: float) -> tuple[str, str]:
    first = time_left(state, at)
    return (first.limit, first.sentence) if first is not None and first.left_s <= 0 else ("", "")


def _no_improvement(state: SweepState) -> str:
    allowed = state.plan.limits.no_improvement
    if allowed is None or state.best is None or len(state.since_best) < allowed:
        return ""
    best = state.trials[state.best].best
    led = (
        f": {trial_name(state.best)} leads with {state.plan.metric} {best.value:g}" if best else ""
    )
    return f"{allowed} trials in a row brought no new best{led}"


def _failures(state: SweepState) -> str:
    allowed = state.plan.limits.failures
    if allowed is not None and state.failures_in_a_row >= allowed:
        several = f"{allowed} trials failed in a row"
        sentence = several if allowed > 1 else "a trial failed"
    elif not state.anything_reported and state.failures_in_a_row >= FIRST_FAILURES:
        sentence = f"the first {FIRST_FAILURES} trials failed before reporting anything"
    else:
        return ""
    last = _last_failed(state)
    return f"{sentence}; the last: {_told(last)}" if last is not None else sentence


def _last_failed(state: SweepState) -> Trial | None:
    """The trial that failed last, and not because its configuration is infeasible."""
    newest: tuple[float, str, Trial] | None = None
    for trial in state.trials.values():
        if isinstance(trial.state, Failed) and not trial.state.kind.infeasible:
            found = (trial.state.at, trial.name, trial)
            newest = found if newest is None or found[:2] > newest[:2] else newest
    return newest[2] if newest is not None else None


def _told(trial: Trial) -> str:
    """Why a trial failed, and the last lines of its output."""
    assert isinstance(trial.state, Failed)
    reason = trial.state.reason
    lines = _last_lines(trial)
    if lines == [reason]:
        lines = []
    output = f"; its output ends: {' | '.join(lines)}" if lines else ""
    return f"{trial.name}: {reason}{output}"


def _last_lines(trial: Trial) -> list[str]:
    end = trial.attempts[-1].end if trial.attempts else None
    if end is None or not isinstance(end.exit, Exited | Signalled):
        return []
    lines = (line.strip()[:LINE_LENGTH] for line in end.exit.tail.splitlines())
    return [line for line in lines if line.strip("^~ ")][-LAST_LINES:]

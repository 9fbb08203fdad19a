"""Revive and retry: trials that have ended go on, from their checkpoints if they have any."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.core.acts import Preview, Retry, Revive
from engine.core.ending import count_proposal, wake
from engine.core.history import named
from engine.core.model import (
    Failed,
    FailureKind,
    Pruned,
    Trial,
    Waiting,
    is_final,
    state_name,
)
from engine.core.state import Scheduling, SweepState

from .base import (
    Applied,
    By,
    Facts,
    Prepared,
    former_of,
    plural,
    put_back,
    slot_hours,
    sort_out,
    together,
)

WhyNot = Callable[[Trial], str | None]


def prepare_revive(state: SweepState, act: Revive, facts: Facts) -> Prepared:
    """Say which pruned trials would go on, and from where."""
    done, preview = _prepare(state, act.trials, facts, "revive", _unrevivable)
    return Prepared(act=Revive(trials=done), preview=preview, past=f"revived {named(done)}")


def prepare_retry(state: SweepState, act: Retry, facts: Facts) -> Prepared:
    """Say which failed trials would run again, and from where."""
    done, preview = _prepare(state, act.trials, facts, "retry", _unretriable)
    return Prepared(act=Retry(trials=done), preview=preview, past=f"retried {named(done)}")


def apply_revive(state: SweepState, act: Revive, by: By) -> Applied:
    """Queue the trials again."""
    return _apply(state, act.trials, by, _unrevivable)


def apply_retry(state: SweepState, act: Retry, by: By) -> Applied:
    """Queue the trials again."""
    return _apply(state, act.trials, by, _unretriable)


def requeue(state: SweepState, trial: Trial, *, first: bool = False) -> None:
    """Let a trial wait for a slot again because a person asked for it."""
    if isinstance(trial.state, Pruned) and trial.state.dropped:
        count_proposal(state, trial, True)
    if trial.stopped_by is not None:
        trial.spared_by = (*trial.spared_by, trial.stopped_by)
        trial.stopped_by = None
    trial.losses = 0
    state.want(trial)
    state.set_state(trial, Waiting(), first=first)


def where_it_starts(trial: Trial, facts: Facts) -> tuple[str, int]:
    """Say from where a further attempt goes on, and at which epoch that is (0: from scratch)."""
    if trial.number in facts.checkpoints:
        step = facts.checkpoints[trial.number]
        return f"continues from epoch {step}", step
    if trial.last_step:
        return f"starts over, its {plural(trial.last_step, 'epoch')} lost: it has no checkpoint", 0
    return "starts from scratch: it has no checkpoint", 0


def when_stopped(state: SweepState) -> str:
    """Say that nothing starts now, where that is so."""
    if state.scheduling is Scheduling.ENDED and state.end_state == "stopped":
        return "the sweep is stopped: it starts at resume"
    return {
        Scheduling.PAUSED: "the scheduling is paused: it starts once that is continued",
        Scheduling.DRAINING: "the sweep is stopping: it starts at resume",
    }.get(state.scheduling, "")


def _prepare(
    state: SweepState, numbers: Iterable[int], facts: Facts, verb: str, why_not: WhyNot
) -> tuple[tuple[int, ...], Preview]:
    chosen = sort_out(state, numbers, why_not)
    details, epochs = {}, 0
    for number in chosen.done:
        trial = state.trials[number]
        text, step = where_it_starts(trial, facts)
        left = max(0, trial.budget - step) if trial.budget is not None else 0
        epochs += left
        more = f", {plural(left, 'epoch')} to go" if left else ""
        details[trial.name] = f"{_past_of(trial)}; {text}{more}"
    sentence = together(
        f"{verb} {named(chosen.done)}" if chosen.done else f"nothing to {verb}",
        f"up to {plural(epochs, 'epoch')} to run" if epochs else "",
        when_stopped(state) if chosen.done else "",
    )
    preview = Preview(
        done=chosen.names,
        skipped=chosen.skipped,
        sentence=sentence,
        details=details,
        epochs=epochs,
        slot_hours=slot_hours(state, epochs),
    )
    return chosen.done, preview


def _past_of(trial: Trial) -> str:
    match trial.state:
        case Failed(kind=FailureKind.DIVERGED):
            return "diverged, and may do so again"
        case Failed(reason=reason):
            return f"failed: {reason}"
        case Pruned(reason=reason):
            return reason
    return state_name(trial.state)


def _apply(state: SweepState, numbers: Iterable[int], by: By, why_not: WhyNot) -> Applied:
    former = []
    for number in numbers:
        trial = state.trials[number]
        if why_not(trial) is None:
            former.append(former_of(trial, "waiting"))
            requeue(state, trial)
    if former:
        wake(state, by.at)
    return Applied(inverse=put_back(former))


def _unrevivable(trial: Trial) -> str | None:
    if isinstance(trial.state, Pruned):
        return None
    if isinstance(trial.state, Failed):
        return f"failed ({trial.state.kind.value}): retry it"
    if is_final(trial.state):
        return f"is {state_name(trial.state)}: promote it to let it go on"
    return f"is {state_name(trial.state)}, not pruned"


def _unretriable(trial: Trial) -> str | None:
    if isinstance(trial.state, Failed):
        return None
    if isinstance(trial.state, Pruned):
        return "was pruned: revive it"
    return f"is {state_name(trial.state)}, not failed"

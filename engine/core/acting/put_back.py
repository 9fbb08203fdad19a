"""Put trials back to what they were before an act, where they still are what it made of them."""

from __future__ import annotations

from msgspec.structs import replace

from engine.core.acts import Former, Preview, PutBack
from engine.core.commands import Command, ContinueAttempt, HoldAttempt, TellAttempt
from engine.core.ending import count_proposal, end_attempt, wake
from engine.core.model import (
    Complete,
    Ending,
    Paused,
    Pruned,
    Running,
    Trial,
    TrialState,
    Waiting,
    state_name,
)
from engine.core.state import Scheduling, SweepState

from .base import Applied, By, Facts, Prepared, sort_out
from .going_on import where_it_starts


def prepare(state: SweepState, act: PutBack, facts: Facts) -> Prepared:
    """Say which trials still are what the act made of them, and what they become again."""
    former = {f.trial: f for f in act.former}
    chosen = sort_out(state, act.trials, lambda t: _why_not(state, t, former[t.number]))
    kept = tuple(former[n] for n in chosen.done)
    details = {state.trials[f.trial].name: _detail(state.trials[f.trial], f, facts) for f in kept}
    refused = None
    if not kept:
        refused = "; ".join(f"{s.id} {s.why}" for s in chosen.skipped[:3])
    preview = Preview(done=chosen.names, skipped=chosen.skipped, details=details, refused=refused)
    return Prepared(act=PutBack(trials=chosen.done, former=kept), preview=preview)


def apply(state: SweepState, act: PutBack, by: By) -> Applied:
    """Put the trials back, the first of them at the head of the queue."""
    commands: list[Command] = []
    for former in reversed(act.former):
        trial = state.trials[former.trial]
        if _why_not(state, trial, former) is None:
            commands += _put_back(state, trial, former, by)
            state.changed.add(trial.number)
    if any(isinstance(state.trials[n].state, Waiting) for n in act.trials):
        wake(state, by.at)
    return Applied(commands=commands)


def _why_not(state: SweepState, trial: Trial, former: Former) -> str | None:
    """Why a trial cannot become what it was: it went on since."""
    if former.made == "noted":
        return None
    running = isinstance(trial.state, Running)
    if trial.next_attempt != former.next_attempt:
        return "runs by now: prune or pause it" if running else "has run since"
    if not _is_still(trial, former):
        return f"is {state_name(trial.state)} by now"
    was = former.state
    if running and former.made == "running" and isinstance(was, Running):
        if was.held and state.scheduling not in (Scheduling.OPEN, Scheduling.PAUSED):
            return f"cannot be held again: the sweep is {state.status}"
        if former.budget is not None and (trial.last_step or 0) > former.budget:
            return f"is past its former budget of {former.budget}: prune or pause it"
    return None


def _is_still(trial: Trial, former: Former) -> bool:
    now = trial.state
    match former.made:
        case "pruned":
            return isinstance(now, Pruned) or _is_ending(now, Ending.PRUNED, Ending.INFEASIBLE)
        case "paused":
            return isinstance(now, Paused) or _is_ending(now, Ending.PAUSED)
        case "held":
            return isinstance(now, Running) and now.held
        case "waiting":
            return isinstance(now, Waiting)
    if isinstance(now, Running):
        return now.ending is None and not now.held
    # A script that did not notice its raised budget has left, and waits to go on to it.
    return isinstance(now, Waiting)


def _is_ending(now: TrialState, *endings: Ending) -> bool:
    return isinstance(now, Running) and now.ending in endings


def _put_back(state: SweepState, trial: Trial, former: Former, by: By) -> list[Command]:
    if former.made == "noted":
        trial.note = former.note
        return []
    trial.budget, trial.wanted = former.budget, former.wanted
    if isinstance(trial.state, Running):
        return _let_run(state, trial, trial.state, former.state)
    _settle(state, trial, former, by)
    return []


def _let_run(state: SweepState, trial: Trial, now: Running, was: TrialState) -> list[Command]:
    """Put a trial back that has not left its slot."""
    number, n = trial.number, now.attempt
    assert isinstance(was, Running)
    if now.ending is not None and not now.gently:
        # Its processes were signalled: it goes, to be what it was as far as it then can.
        ending = Ending.PAUSED if _is_out(was) else Ending.REQUEUED
        reason = was.reason or "its ending was undone"
        state.set_state(trial, replace(now, ending=ending, reason=reason))
        return []
    if was.held:
        trial.attempts[-1].was_held = True
        state.set_state(trial, Running(attempt=n, slot=now.slot, held=True, reason=was.reason))
        return [TellAttempt(trial=number, attempt=n), HoldAttempt(trial=number, attempt=n)]
    if was.gently:
        return end_attempt(state, trial, Ending.PAUSED, was.reason or "paused", gently=True)
    state.set_state(trial, Running(attempt=n, slot=now.slot))
    told: list[Command] = [TellAttempt(trial=number, attempt=n)]
    return [*told, ContinueAttempt(trial=number, attempt=n)] if now.held else told


def _settle(state: SweepState, trial: Trial, former: Former, by: By) -> None:
    """Put a trial back that holds no slot; one that ran waits, or is paused where it was that."""
    was = former.state
    if isinstance(was, Running):
        if _is_out(was):
            state.set_state(trial, Paused(at=by.at, reason=was.reason or "paused"))
        elif former.made == "running" and _has_had(trial, former.budget):
            state.set_state(trial, Complete(at=by.at))
        else:
            state.want(trial)
            state.set_state(trial, Waiting(), first=True)
        return
    if isinstance(was, Pruned) and was.dropped:
        count_proposal(state, trial, False)
    state.set_state(trial, was)


def _has_had(trial: Trial, budget: int | None) -> bool:
    return budget is not None and (trial.last_step or 0) >= budget


def _is_out(was: Running) -> bool:
    """Whether a person had taken the trial out: held, or asked to leave."""
    return was.held or was.ending is Ending.PAUSED


def _detail(trial: Trial, former: Former, facts: Facts) -> str:
    if former.made == "noted":
        return f"note: {former.note}" if former.note else "no note"
    was = former.state
    word = state_name(was)
    if isinstance(was, Running) and not (isinstance(trial.state, Running) and _stays(trial.state)):
        word = "paused" if _is_out(was) else f"waiting; {where_it_starts(trial, facts)[0]}"
    budget = f", budget {former.budget}" if former.budget != trial.budget else ""
    return f"{state_name(trial.state)} to {word}{budget}"


def _stays(now: Running) -> bool:
    return now.ending is None or now.gently

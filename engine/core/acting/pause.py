"""Pause and continue trials: release the slot, or hold the process where it is."""

from __future__ import annotations

from msgspec.structs import replace

from engine.core.acts import Continue, Former, Pause, Preview
from engine.core.commands import Command, ContinueAttempt, HoldAttempt, TellAttempt
from engine.core.ending import end_attempt, wake
from engine.core.history import named
from engine.core.model import Ending, Paused, Running, Trial, Waiting, is_final, state_name
from engine.core.state import Scheduling, SweepState

from .base import Applied, By, Facts, Prepared, former_of, plural, put_back, sort_out, together
from .going_on import requeue, when_stopped, where_it_starts

_PAST = {"release": "paused", "now": "paused at once", "hold": "held"}


def prepare_pause(state: SweepState, act: Pause, facts: Facts) -> Prepared:
    """Say which trials would let go of their slots, and what that costs."""
    if act.how == "hold" and state.scheduling not in (Scheduling.OPEN, Scheduling.PAUSED):
        refused = f"the sweep is {state.status}: a held trial would keep it from ending"
        return Prepared(act=act, preview=Preview(refused=refused))
    chosen = sort_out(state, act.trials, lambda trial: _unpausable(trial, act.how))
    running = [n for n in chosen.done if isinstance(state.trials[n].state, Running)]
    at_once = tuple(n for n in running if n not in facts.listening) if act.how == "release" else ()
    resolved = Pause(trials=chosen.done, how=act.how, at_once=at_once)
    lost = sum(_lost(state.trials[n], facts) for n in running if act.how != "hold")
    sentence = together(
        f"{'hold' if act.how == 'hold' else 'pause'} {named(chosen.done)}"
        if chosen.done
        else "nothing to pause",
        _effect(act.how, len(running)),
        f"costs up to {plural(lost, 'epoch')} done since the last checkpoints" if lost else "",
    )
    details = {state.trials[n].name: _detail(state.trials[n], resolved, facts) for n in chosen.done}
    preview = Preview(
        done=chosen.names,
        skipped=chosen.skipped,
        sentence=sentence,
        details=details,
        epochs=lost or None,
    )
    return Prepared(act=resolved, preview=preview, past=f"{_PAST[act.how]} {named(chosen.done)}")


def apply_pause(state: SweepState, act: Pause, by: By) -> Applied:
    """Pause the trials."""
    former: list[Former] = []
    commands: list[Command] = []
    for number in act.trials:
        trial = state.trials[number]
        if _unpausable(trial, act.how) is None:
            former.append(former_of(trial, "held" if act.how == "hold" else "paused"))
            commands += _pause(state, trial, act, by)
    return Applied(commands=commands, inverse=put_back(former))


def prepare_continue(state: SweepState, act: Continue, facts: Facts) -> Prepared:
    """Say which trials would go on, and from where."""
    chosen = sort_out(state, act.trials, _uncontinuable)
    details = {state.trials[n].name: _goes_on(state.trials[n], facts) for n in chosen.done}
    sentence = together(
        f"continue {named(chosen.done)}" if chosen.done else "nothing to continue",
        when_stopped(state) if chosen.done else "",
    )
    preview = Preview(done=chosen.names, skipped=chosen.skipped, sentence=sentence, details=details)
    act = Continue(trials=chosen.done)
    return Prepared(act=act, preview=preview, past=f"continued {named(chosen.done)}")


def apply_continue(state: SweepState, act: Continue, by: By) -> Applied:
    """Let the trials go on."""
    former: list[Former] = []
    commands: list[Command] = []
    for number in reversed(act.trials):
        trial = state.trials[number]
        if _uncontinuable(trial) is not None:
            continue
        if isinstance(trial.state, Running):
            former.append(former_of(trial, "running"))
            commands += _carry_on(state, trial, trial.state)
        else:
            former.append(former_of(trial, "waiting"))
            requeue(state, trial, first=True)
            wake(state, by.at)
    return Applied(commands=commands, inverse=put_back(reversed(former)))


def _pause(state: SweepState, trial: Trial, act: Pause, by: By) -> list[Command]:
    running = trial.state
    if not isinstance(running, Running):
        state.set_state(trial, Paused(at=by.at, reason=by.reason("paused")))
        return []
    if act.how == "hold":
        state.set_state(trial, replace(running, held=True, reason=by.reason("held")))
        trial.attempts[-1].was_held = True
        return [HoldAttempt(trial=trial.number, attempt=running.attempt)]
    gently = act.how == "release" and trial.number not in act.at_once
    reason = by.reason("paused")
    return end_attempt(state, trial, Ending.PAUSED, reason, gently=gently)


def _carry_on(state: SweepState, trial: Trial, running: Running) -> list[Command]:
    number, n = trial.number, running.attempt
    state.set_state(trial, Running(attempt=n, slot=running.slot))
    told: list[Command] = [TellAttempt(trial=number, attempt=n)]
    return [*told, ContinueAttempt(trial=number, attempt=n)] if running.held else told


def _unpausable(trial: Trial, how: str) -> str | None:
    match trial.state:
        case Paused():
            return "already paused"
        case Waiting():
            return "waits: there is nothing to hold" if how == "hold" else None
        case Running(ending=Ending.PAUSED, gently=True):
            return None if how == "now" else "already pausing; --now ends it at once"
        case Running(ending=ending) if ending is not None:
            return "already being stopped"
        case Running(held=True) if how == "hold":
            return "already held"
    return f"already {state_name(trial.state)}" if is_final(trial.state) else None


def _uncontinuable(trial: Trial) -> str | None:
    match trial.state:
        case Paused() | Running(held=True, ending=None):
            return None
        case Running(ending=Ending.PAUSED, gently=True):
            return None
        case Running(ending=ending) if ending is not None:
            return "is being stopped; continue it once it is gone"
    return f"is not paused: it is {state_name(trial.state)}"


def _effect(how: str, running: int) -> str:
    if not running:
        return ""
    if how == "hold":
        return f"its memory and {plural(running, 'slot')} stay taken"
    when = "at the next epoch" if how == "release" else "at once"
    return f"frees {plural(running, 'slot')} {when}"


def _lost(trial: Trial, facts: Facts) -> int:
    return max(0, (trial.last_step or 0) - facts.checkpoints.get(trial.number, 0))


def _detail(trial: Trial, act: Pause, facts: Facts) -> str:
    if not isinstance(trial.state, Running):
        return f"{state_name(trial.state)}; keeps its place for later"
    if act.how == "hold":
        return f"stopped where it is; memory and slot {trial.state.slot} stay taken"
    gently = act.how == "release" and trial.number not in act.at_once
    leaves = "leaves at its next epoch" if gently else "ended at once"
    checkpoint = facts.checkpoints.get(trial.number)
    if checkpoint is None:
        cost = f"starts over when continued: no checkpoint {'yet' if gently else ''}".rstrip()
    elif lost := _lost(trial, facts):
        cost = (
            f"loses up to {plural(lost, 'epoch')}: its newest checkpoint is of epoch {checkpoint}"
        )
    else:
        cost = f"goes on from epoch {checkpoint} when continued"
    return f"{leaves}, frees slot {trial.state.slot}; {cost}"


def _goes_on(trial: Trial, facts: Facts) -> str:
    if isinstance(trial.state, Running):
        return "goes on where it was held" if trial.state.held else "stays, its leaving called off"
    return where_it_starts(trial, facts)[0]

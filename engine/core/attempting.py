"""What becomes of a sweep when an attempt starts, runs, ends, or turns out never to have begun."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from . import losing, staging
from .border import check_border
from .commands import AwaitGone, Command, Emit, LaunchAttempt
from .events import AttemptEnded, AttemptFenced, AttemptLaunched, AttemptStarted, Requeued
from .faults import Fault, fault_of
from .learnable import check_objective
from .model import (
    Attempt,
    AttemptEnd,
    Lost,
    Running,
    Trial,
    TrialState,
    Waiting,
    is_final,
    is_whole,
)
from .ranges import Ranges
from .state import Scheduling, SweepState
from .verdicts import fault_excused, outcome_of, state_after, state_unstarted


def current(state: SweepState, number: int, n: int) -> Attempt | None:
    """A trial's attempt if it is the one under way."""
    trial = state.trials[number]
    running = trial.state
    if isinstance(running, Running) and running.attempt == n:
        return trial.attempts[-1]
    return None


def start(state: SweepState, event: AttemptStarted) -> list[Command]:
    """Give a trial its slot, and have its process started."""
    trial = state.trials[event.trial]
    trial.next_attempt = event.attempt + 1
    trial.stopped_by = None
    trial.attempts.append(
        Attempt(
            n=event.attempt,
            slot=event.slot,
            device=event.device,
            started_at=event.at,
            budget=trial.budget,
            gpus=event.gpus,
            share=event.share,
        )
    )
    state.claims.passed(takewhile(lambda n: n != event.trial, _startable(state)))
    state.set_state(trial, Running(attempt=event.attempt, slot=event.slot))
    _meet(state, trial)
    state.slot_time.begin(trial.number, event.at)
    return [LaunchAttempt(trial=event.trial, attempt=event.attempt)]


def launch(state: SweepState, event: AttemptLaunched) -> None:
    """Take in how an attempt runs."""
    attempt = current(state, event.trial, event.attempt)
    if attempt is not None:
        attempt.process = event.process


def end(state: SweepState, event: AttemptEnded, ranges: Ranges | None) -> list[Command] | None:
    """Settle what a trial becomes now that its process is gone; None where it was not under way."""
    attempt = current(state, event.trial, event.attempt)
    trial = state.trials[event.trial]
    running = trial.state
    if attempt is None or not isinstance(running, Running):
        return None
    after = _state_after(state, trial, running, event)
    fault = fault_excused(running, after, event.exit)
    attempt.end = AttemptEnd(
        at=event.at,
        exit=event.exit,
        outcome=outcome_of(running, after, event.exit),
        leftover=event.leftover,
        peak_memory=event.peak_memory,
        mean_util=event.mean_util,
    )
    commands: list[Command] = []
    if fault is not None:
        commands.append(_requeue(trial, fault, event.at))
    if event.leftover:
        state.slots.block(running.slot, event.leftover)
        state.gpus.leave(trial.number, running.slot)
        commands.append(AwaitGone(slot=running.slot, leftover=event.leftover))
    state.set_state(trial, after, first=isinstance(after, Waiting))
    commands += losing.note_end(state, attempt, fault_of(event.exit), event.at)
    state.slot_time.end(trial.number, event.at)
    _pace(state, trial, attempt)
    staging.repeat_if_due(state, trial, event.at)
    if is_final(after):
        state.count_failure(after)
        commands += check_border(state, event.at, ranges)
        commands += check_objective(state, trial, event.at)
    if is_whole(after):
        state.completed_seconds.add(event.at - attempt.started_at)
    return commands


def fence(state: SweepState, event: AttemptFenced) -> None:
    """Take an attempt back whose process never began; its trial waits at the head of the queue."""
    trial = state.trials[event.trial]
    running = trial.state
    if current(state, event.trial, event.attempt) and isinstance(running, Running):
        trial.attempts.pop()
        state.slot_time.take_back(trial.number)
        state.set_state(trial, state_unstarted(running, event.at), first=True)


def _state_after(
    state: SweepState, trial: Trial, running: Running, event: AttemptEnded
) -> TrialState:
    fault = fault_of(event.exit)
    if isinstance(event.exit, Lost) or (fault is not None and fault.kind == "device"):
        trial.losses += 1
    return state_after(
        trial,
        running,
        event.exit,
        event.at,
        state.plan.max_losses,
        goes_further=state.plan.goes_further(trial.budget),
    )


def _startable(state: SweepState) -> Iterator[int]:
    """The queue, but for what does not start after a limit."""
    if state.scheduling is not Scheduling.LIMITED:
        return iter(state.waiting)
    return (number for number in state.waiting if number in state.wanted)


def _meet(state: SweepState, trial: Trial) -> None:
    """Note on a trial, and on those beside it, that they share GPUs."""
    attempt = trial.attempts[-1]
    for uuid in attempt.gpus:
        beside = [n for n in state.gpus.trials_on(uuid) if n != trial.number]
        attempt.had_neighbours |= state.gpus.taken(uuid) > attempt.share
        for number in beside:
            state.trials[number].attempts[-1].had_neighbours = True


def _requeue(trial: Trial, fault: Fault, at: float) -> Command:
    """Say why a trial waits again; what ran out of memory beside others gets its GPUs alone."""
    if fault.kind == "oom":
        trial.alone = True
        what = "ran out of GPU memory beside others, and goes on alone"
    else:
        what = f"goes on elsewhere: the GPU failed it ({fault.line})"
    sentence = f"{trial.name} {what}"
    return Emit(event=Requeued(at=at, trials=(trial.number,), sentence=sentence))


def _pace(state: SweepState, trial: Trial, attempt: Attempt) -> None:
    """Learn how long an epoch takes, from an attempt that has ended."""
    before = attempt.first_step - 1 if attempt.first_step is not None else 0
    epochs = (trial.last_step or 0) - before
    if attempt.was_held or attempt.first_step is None:
        return
    if attempt.end is not None and epochs > 0:
        state.epoch_seconds.add((attempt.end.at - attempt.started_at) / epochs)

"""Asking a running trial to go, giving a proposal up, and waking a sweep that has ended."""

from __future__ import annotations

from .commands import Command, ContinueAttempt, StopAttempt, TellAttempt
from .model import Ending, Pruned, Running, Trial
from .state import Scheduling, SweepState


def end_attempt(
    state: SweepState, trial: Trial, ending: Ending, reason: str, *, gently: bool = False
) -> list[Command]:
    """Ask for the end of a running trial's process, saying what the trial then becomes.

    `gently` leaves it to the trial to go at its next epoch; one that is held goes on until then.
    """
    running = trial.state
    if not isinstance(running, Running):
        return []
    number, n = trial.number, running.attempt
    ended = Running(attempt=n, slot=running.slot, ending=ending, reason=reason, gently=gently)
    state.set_state(trial, ended)
    if not gently:
        return [StopAttempt(trial=number, attempt=n)]
    trial.attempts[-1].was_asked = True
    told: list[Command] = [TellAttempt(trial=number, attempt=n)]
    return [*told, ContinueAttempt(trial=number, attempt=n)] if running.held else told


def leave(state: SweepState, trial: Trial, reason: str, *, gently: bool = False) -> list[Command]:
    """Have a running trial leave its slot, to go on later; one that was asked out stays out."""
    running = trial.state
    if not isinstance(running, Running) or not would_leave(trial, gently=gently):
        return []
    if running.held or running.ending is Ending.PAUSED:
        return end_attempt(state, trial, Ending.PAUSED, running.reason or reason, gently=gently)
    return end_attempt(state, trial, Ending.REQUEUED, reason, gently=gently)


def would_leave(trial: Trial, *, gently: bool) -> bool:
    """Whether `leave` makes a difference: it runs, and does not leave as soon as that already."""
    running = trial.state
    if not isinstance(running, Running):
        return False
    return running.ending is None or (running.gently and not gently)


def drop(state: SweepState, trial: Trial, at: float, reason: str) -> None:
    """Give a waiting proposal up: it never ran, and counts toward no limit."""
    counts = trial.counted
    state.set_state(trial, Pruned(at=at, reason=f"dropped: {reason}", dropped=counts))
    if counts:
        count_proposal(state, trial, False)


def count_proposal(state: SweepState, trial: Trial, counted: bool) -> None:
    """Count a proposal toward the limit of trials and its stage's number, or no longer."""
    state.count(trial, counted)
    if (stage := state.stage_of(trial)) is not None:
        stage.proposed += 1 if counted else -1
        stage.members += 1 if counted else -1


def wake(state: SweepState, at: float) -> None:
    """Open a finished sweep again for what a person asked for; a stopped one stays stopped.

    After a limit only trials that are wanted start: without any, the sweep stays finished.
    """
    if state.scheduling is not Scheduling.ENDED or state.end_state != "finished":
        return
    if state.limit is None:
        state.scheduling = Scheduling.OPEN
        state.sentence = ""
    elif state.wanted:
        state.scheduling = Scheduling.LIMITED
    else:
        return
    state.watch.start(at)
    state.ended_at = None
    state.end_state = None

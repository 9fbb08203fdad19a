"""What an attempt's end means for its trial."""

from __future__ import annotations

import signal

from .faults import Fault, fault_of
from .model import (
    Complete,
    Ending,
    Exit,
    Exited,
    Failed,
    FailureKind,
    Lost,
    NotStarted,
    Paused,
    Pruned,
    Running,
    Signalled,
    Trial,
    TrialState,
    Waiting,
)

_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_SILENT = "reported nothing; report with tui_tuner.trial(), or set `metrics` to read what it prints"


def state_after(
    trial: Trial,
    running: Running,
    ended: Exit,
    at: float,
    max_losses: int,
    *,
    goes_further: bool = False,
) -> TrialState:
    """Say what the trial is once the process of its running attempt is gone.

    What the process was asked to do comes before how it ended: a pruned trial that exits 0 was
    pruned. `goes_further`: at the end of its budget the sweep may give it more, but not while it is
    paused.
    """
    reason = running.reason or ""
    match running.ending:
        case Ending.PRUNED:
            return Pruned(at=at, reason=reason)
        case Ending.CONVERGED:
            return Pruned(at=at, reason=reason, converged=True)
        case Ending.INFEASIBLE:
            return Pruned(at=at, reason=reason, infeasible=True)
        case Ending.DIVERGED:
            return Failed(at=at, kind=FailureKind.DIVERGED, reason=reason)
        case Ending.REQUEUED if not _failed_while_leaving(running, ended):
            return Complete(at=at) if _ran_to_its_end(trial, ended) else Waiting()
        case Ending.PAUSED if not _failed_while_leaving(running, ended):
            is_through = _ran_to_its_end(trial, ended) and not goes_further
            return Complete(at=at) if is_through else Paused(at=at, reason=reason)
    goes_on = isinstance(ended, Lost) or _owes_more(trial, ended)
    if running.held and goes_on:
        return Paused(at=at, reason=reason)
    if _owes_more(trial, ended):
        return Waiting()
    if (fault := fault_of(ended)) is not None:
        after = _state_by_fault(trial, fault, at, max_losses)
        is_out = running.held or running.ending is Ending.PAUSED
        return Paused(at=at, reason=reason) if is_out and isinstance(after, Waiting) else after
    return _state_by_exit(trial, ended, at, max_losses)


def fault_excused(running: Running, after: TrialState, ended: Exit) -> Fault | None:
    """The fault of the GPU that an attempt ended by, where it is not held against its trial."""
    by_itself = running.ending is None or running.gently
    return fault_of(ended) if by_itself and isinstance(after, Waiting | Paused) else None


def state_unstarted(running: Running, at: float) -> TrialState:
    """Say what the trial is whose attempt was taken back before it began."""
    reason = running.reason or ""
    match running.ending:
        case Ending.PRUNED:
            return Pruned(at=at, reason=reason)
        case Ending.CONVERGED:
            return Pruned(at=at, reason=reason, converged=True)
        case Ending.INFEASIBLE:
            return Pruned(at=at, reason=reason, infeasible=True)
        case Ending.DIVERGED:
            return Failed(at=at, kind=FailureKind.DIVERGED, reason=reason)
        case Ending.PAUSED:
            return Paused(at=at, reason=reason)
    return Paused(at=at, reason=reason) if running.held else Waiting()


def _failed_while_leaving(running: Running, ended: Exit) -> bool:
    """Whether a trial that was only asked to leave ended otherwise than by leaving."""
    left = isinstance(ended, Lost | NotStarted) or (isinstance(ended, Exited) and ended.code == 0)
    return running.gently and not left


def _owes_more(trial: Trial, ended: Exit) -> bool:
    """Whether a script left short of its budget because of what it heard, or did not hear.

    It did not notice that the budget was raised, or left as it was asked to before that was called
    off.
    """
    attempt, done = trial.attempts[-1], trial.last_step or 0
    if not isinstance(ended, Exited) or ended.code != 0:
        return False
    if trial.budget is None or done >= trial.budget:
        return False
    raised = attempt.budget is not None and trial.budget > attempt.budget
    return attempt.was_asked or (raised and done > 0)


def _ran_to_its_end(trial: Trial, ended: Exit) -> bool:
    reached = trial.budget is not None and (trial.last_step or 0) >= trial.budget
    return isinstance(ended, Exited) and ended.code == 0 and reached


def _state_by_fault(trial: Trial, fault: Fault, at: float, max_losses: int) -> TrialState:
    """Try what ran out of memory beside others again alone, and a GPU's failure elsewhere."""
    attempt = trial.attempts[-1]
    if fault.kind == "oom":
        if attempt.had_neighbours:
            return Waiting()
        return Failed(at=at, kind=FailureKind.OOM, reason=fault.line)
    if not attempt.gpus:
        return Failed(at=at, kind=FailureKind.ERROR, reason=fault.line)
    if trial.losses < max_losses:
        return Waiting()
    why = f"its GPU failed {trial.losses} times in a row: {fault.line}"
    return Failed(at=at, kind=FailureKind.DEVICE, reason=why)


def _state_by_exit(trial: Trial, ended: Exit, at: float, max_losses: int) -> TrialState:
    match ended:
        case Exited(code=0):
            if trial.reports:
                return Complete(at=at)
            return Failed(at=at, kind=FailureKind.ERROR, reason=_SILENT)
        case Exited(code=code, tail=tail):
            return Failed(at=at, kind=FailureKind.ERROR, reason=last_line(tail) or f"exit {code}")
        case Signalled(signal=number, tail=tail):
            outside = number in _FROM_OUTSIDE
            kind = FailureKind.KILLED if outside else FailureKind.ERROR
            hint = " (the kernel's out-of-memory killer?)" if number == signal.SIGKILL else ""
            return Failed(at=at, kind=kind, reason=f"killed by {signal_name(number)}{hint}")
        case NotStarted(reason=reason):
            return Failed(at=at, kind=FailureKind.ERROR, reason=reason)
        case Lost(reason=reason):
            if trial.losses < max_losses:
                return Waiting()
            why = f"lost {trial.losses} times in a row: {reason}"
            return Failed(at=at, kind=FailureKind.LOST, reason=why)


def outcome_of(running: Running, after: TrialState, ended: Exit) -> str:
    """Name the attempt's outcome: complete, pruned, paused, stopped, lost, or a failure kind."""
    if (fault := fault_excused(running, after, ended)) is not None:
        return FailureKind(fault.kind).value
    match after:
        case Complete():
            return "complete"
        case Pruned():
            return "pruned"
        case Failed(kind=kind):
            return kind.value
        case Paused():
            return "paused"
        case Waiting() if isinstance(ended, Exited) and running.ending is None:
            return "complete"
    return "stopped" if running.ending is Ending.REQUEUED else str(ended)


def last_line(text: str) -> str:
    """The last line that says something, as a reason to show."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def signal_name(number: int) -> str:
    """SIGKILL for 9; 'signal 99' for what has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

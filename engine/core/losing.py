"""GPUs as they come and go: what was placed on a broken one goes on elsewhere."""

from __future__ import annotations

from msgspec.structs import replace

from .attempt import Attempt
from .commands import Command, Emit
from .devices import Standing
from .ending import leave
from .events import DevicesChanged, Requeued
from .faults import Fault
from .history import named
from .state import SweepState

MOST_FAILURES = 2
"""How often in a row a GPU may fail trials until it counts as broken, whatever its driver says: not
as often as fails a trial, which may be given the same GPU each time."""
_LOST = ("quarantined", "gone")


def take_standings(state: SweepState, event: DevicesChanged) -> list[Command]:
    """Take in how GPUs stand; trials on those that are lost leave at once, to go on elsewhere."""
    lost = [s for s in event.standings if s.state in _LOST and not _was_lost(state, s)]
    state.gpus.update(event.standings)
    commands: list[Command] = []
    for standing in lost:
        told = _told(standing)
        trials = tuple(sorted(state.gpus.trials_on(standing.device.uuid)))
        for number in trials:
            commands += leave(state, state.trials[number], told)
        if trials:
            told += f"; {named(trials)} {'goes' if len(trials) == 1 else 'go'} on elsewhere"
        commands.append(Emit(event=Requeued(at=event.at, trials=trials, sentence=told)))
    return commands


def note_end(state: SweepState, attempt: Attempt, fault: Fault | None, at: float) -> list[Command]:
    """Close a GPU that fails one trial after another: being free, it would get all that wait."""
    gpus = state.gpus
    if fault is None or fault.kind != "device":
        if attempt.first_step is not None:
            gpus.clear(attempt.gpus)
        return []
    broken = [uuid for uuid in attempt.gpus if gpus.blame(uuid) >= MOST_FAILURES]
    gpus.clear(broken)
    reason = f"it failed trials {MOST_FAILURES} times in a row: {fault.line}"
    standings = tuple(
        replace(standing, state="quarantined", reason=reason)
        for standing in (gpus.standings[uuid] for uuid in broken if uuid in gpus.standings)
        if standing.state not in _LOST
    )
    changed = DevicesChanged(at=at, standings=standings)
    return take_standings(state, changed) if standings else []


def _told(standing: Standing) -> str:
    """'gpu1 is lost', or 'gpu1 was lost: XID 79'."""
    why = (standing.reason or standing.state).removeprefix("it ")
    if why.startswith("not "):
        return f"{standing.device.label} is {why}"
    says_all = why.startswith(("is ", "needs ", "failed ", "quarantined "))
    return (
        f"{standing.device.label} {why}" if says_all else f"{standing.device.label} was lost: {why}"
    )


def _was_lost(state: SweepState, standing: Standing) -> bool:
    before = state.gpus.standings.get(standing.device.uuid)
    return before is not None and before.state in _LOST

"""GPUs as they come and go: what was placed on a broken one goes on elsewhere."""

from __future__ import annotations

from .commands import Command, Emit
from .devices import Standing
from .ending import leave
from .events import DevicesChanged, Requeued
from .history import named
from .state import SweepState

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


def _told(standing: Standing) -> str:
    """'gpu1 is lost', or 'gpu1 was lost: XID 79'."""
    why = (standing.reason or standing.state).removeprefix("it ")
    says_all = why.startswith(("is ", "needs ", "quarantined "))
    return (
        f"{standing.device.label} {why}" if says_all else f"{standing.device.label} was lost: {why}"
    )


def _was_lost(state: SweepState, standing: Standing) -> bool:
    before = state.gpus.standings.get(standing.device.uuid)
    return before is not None and before.state in _LOST

"""Acts of people: what each would do now, and doing it. One file an act, one line in `HANDLERS`."""

from __future__ import annotations

from functools import partial

from engine.core.acts import (
    Act,
    Add,
    AdvanceStage,
    Clone,
    Continue,
    ContinueScheduling,
    EditSpace,
    ExtendStage,
    Note,
    Pause,
    PauseScheduling,
    Preview,
    Promote,
    Prune,
    PutBack,
    RepeatStage,
    Resume,
    Retry,
    Revive,
    SetSlots,
    Stop,
    Undo,
    UseGpus,
)
from engine.core.commands import Command
from engine.core.events import Acted
from engine.core.history import describe
from engine.core.state import SweepState
from engine.core.undoable import Undoable

from . import (
    fresh,
    going_on,
    gpus,
    note,
    pause,
    promote,
    prune,
    put_back,
    scheduling,
    slots,
    space,
    stages,
    stop,
    undo,
)
from .base import By, Facts, Handler, Prepared

__all__ = ["By", "Facts", "Prepared", "apply", "prepare"]

HANDLERS: dict[type, Handler] = {
    Prune: Handler(prune.prepare, prune.apply),
    Revive: Handler(going_on.prepare_revive, going_on.apply_revive),
    Retry: Handler(going_on.prepare_retry, going_on.apply_retry),
    Promote: Handler(promote.prepare, promote.apply),
    Pause: Handler(pause.prepare_pause, pause.apply_pause),
    Continue: Handler(pause.prepare_continue, pause.apply_continue),
    Clone: Handler(fresh.prepare_clone, fresh.apply_clone),
    Add: Handler(fresh.prepare_add, fresh.apply_add),
    Note: Handler(note.prepare, note.apply),
    EditSpace: Handler(space.prepare, space.apply),
    SetSlots: Handler(slots.prepare, slots.apply),
    UseGpus: Handler(gpus.prepare, gpus.apply),
    Stop: Handler(stop.prepare_stop, stop.apply_stop),
    Resume: Handler(stop.prepare_resume, stop.apply_resume),
    PauseScheduling: Handler(scheduling.prepare_pause, scheduling.apply_pause),
    ContinueScheduling: Handler(scheduling.prepare_continue, scheduling.apply_continue),
    AdvanceStage: Handler(stages.prepare_advance, stages.apply_advance),
    ExtendStage: Handler(stages.prepare_extend, stages.apply_extend),
    RepeatStage: Handler(stages.prepare_repeat, stages.apply_repeat),
}
HANDLERS[PutBack] = Handler(put_back.prepare, put_back.apply)
HANDLERS[Undo] = Handler(
    partial(undo.prepare, handlers=HANDLERS), partial(undo.apply, handlers=HANDLERS)
)


def prepare(state: SweepState, act: Act, facts: Facts) -> Prepared:
    """Resolve `act` against the sweep as it is, and say what it would do; changes nothing."""
    handler = HANDLERS.get(type(act))
    if handler is None:
        return Prepared(act=act, preview=Preview(refused="this act cannot be asked for"))
    return handler.prepare(state, act, facts)


def apply(state: SweepState, event: Acted, n: int) -> list[Command]:
    """Do a resolved act, decision number `n`, once. Trials it no longer fits are left alone."""
    if event.request in state.requests:
        return []
    state.requests.add(event.request)
    by = By(at=event.at, who=event.who, why=event.why, n=n)
    done = HANDLERS[type(event.act)].apply(state, event.act, by)
    if done.inverse is not None:
        verb, sentence = describe(event.act)
        state.undoable.append(
            Undoable(
                n=n,
                verb=verb,
                sentence=event.sentence or sentence,
                inverse=done.inverse,
                version=state.space_version,
                stage=len(state.stages),
            )
        )
    return done.commands

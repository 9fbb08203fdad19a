"""Steering."""

from __future__ import annotations

from msgspec.structs import replace

from engine.core.acts import (
    Act,
    Add,
    AdvanceStage,
    Clone,
    Continue,
    EditSpace,
    Note,
    Pause,
    Promote,
    Prune,
    RepeatStage,
    Retry,
    Revive,
    Undo,
)
from engine.core.model import trial_number
from engine.errors import ActError, UsageError
from engine.protocol.messages import ActResult, DoAct
from engine.text import clean

from .base import Viewer
from .trials import selected

ON_TRIALS = (Prune, Revive, Retry, Promote, Pause, Continue, Note)

_RESOLVED: dict[type, dict[str, object]] = {
    Promote: {"budgets": ()},
    Pause: {"at_once": ()},
    Clone: {"params": None},
    Add: {"params": None},
    EditSpace: {"change": None},
    AdvanceStage: {"entry": None},
    RepeatStage: {"entry": None},
    Undo: {"inverse": None},
}
"""What only the engine may fill in, by act."""


async def do_act(viewer: Viewer, request: DoAct) -> ActResult:
    """Do an act, or say what it would do."""
    if viewer.read_only and not request.dry_run:
        raise ActError("this connection is read-only: attach without --read-only to steer")
    act = _as_asked(request.act)
    if request.where is not None:
        act = await _with_selected(viewer, act, request.where)
        if not act.trials:
            return ActResult(done=[], skipped=[], sentence=f"no trial fits {clean(request.where)}")
    return await viewer.source.act(
        act,
        who=viewer.who,
        why=clean(request.why) if request.why else None,
        request=request.request,
        dry_run=request.dry_run,
    )


def _as_asked(act: Act) -> Act:
    """Take an act as a viewer may ask for it: what follows from the state is not theirs to say."""
    if isinstance(act, Note):
        return replace(act, text=clean(act.text))
    return replace(act, **_RESOLVED.get(type(act), {}))


async def _with_selected(
    viewer: Viewer, act: Act, where: str
) -> Prune | Revive | Retry | Promote | Pause | Continue | Note:
    if not isinstance(act, ON_TRIALS):
        raise UsageError("only acts on trials take a filter")
    numbers = [trial_number(row.id) for row in await selected(viewer.source, where)]
    return replace(act, trials=tuple(dict.fromkeys([*act.trials, *numbers])))

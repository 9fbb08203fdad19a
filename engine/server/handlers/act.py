"""Steering."""

from __future__ import annotations

from msgspec.structs import replace

from engine.core.acts import Act, Prune
from engine.core.model import trial_number
from engine.errors import ActError, UsageError
from engine.protocol.messages import ActResult, DoAct
from engine.text import clean

from .base import Viewer
from .trials import selected


async def do_act(viewer: Viewer, request: DoAct) -> ActResult:
    """Do an act, or say what it would do."""
    if viewer.read_only and not request.dry_run:
        raise ActError("this connection is read-only: attach without --read-only to steer")
    act = request.act
    if request.where is not None:
        act = _with_selected(viewer, act, request.where)
    return await viewer.source.act(
        act,
        who=viewer.who,
        why=clean(request.why) if request.why else None,
        request=request.request,
        dry_run=request.dry_run,
    )


def _with_selected(viewer: Viewer, act: Act, where: str) -> Act:
    if not isinstance(act, Prune):
        raise UsageError("only acts on trials take a filter")
    numbers = [trial_number(row.id) for row in selected(viewer.source, where)]
    return replace(act, trials=tuple(dict.fromkeys([*act.trials, *numbers])))

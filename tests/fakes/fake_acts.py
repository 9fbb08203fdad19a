"""What acts do to a `FakeSource`: simply, but in the words and with the refusals of an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.acts import (
    Act,
    Add,
    Clone,
    Continue,
    ContinueScheduling,
    EditSpace,
    Note,
    Pause,
    PauseScheduling,
    Promote,
    Prune,
    Resume,
    Retry,
    Revive,
    SetSlots,
    Skipped,
    Stop,
    Undo,
    UseGpus,
)
from engine.core.edits import SetRange, SpacePreview
from engine.core.model import trial_name
from engine.core.views import TrialView
from engine.errors import ActError
from engine.protocol.messages import ActResult

FINAL = ("complete", "pruned", "failed")

_FITS: dict[type, Callable[[TrialView], str | None]] = {
    Prune: lambda r: f"already {r.state}" if r.state in FINAL else None,
    Revive: lambda r: None if r.state == "pruned" else f"is {r.state}, not pruned",
    Retry: lambda r: None if r.state == "failed" else f"is {r.state}, not failed",
    Promote: lambda r: f"is {r.state}" if r.state in ("waiting", "paused") else None,
    Pause: lambda r: None if r.state in ("waiting", "running") else f"already {r.state}",
    Continue: lambda r: None if _is_pausing(r) else f"is not paused: it is {r.state}",
    Note: lambda r: None,
}
ON_TRIALS = tuple(_FITS)


def preview(act: Act, rows: Mapping[int, TrialView], state: str, undo: str | None) -> ActResult:
    """What an act would do to these trials in a sweep in this state. Raises ActError."""
    if isinstance(act, ON_TRIALS):
        return _preview_trials(act, rows)
    sentence = _refuse_or_say(act, state, undo)
    if isinstance(act, Clone | Add):
        return ActResult(done=[trial_name(len(rows) + 1)], skipped=[], sentence=sentence)
    space = SpacePreview(version=2, changes=[], finished=0, informative=0)
    return ActResult(
        done=[],
        skipped=[],
        sentence=sentence,
        space=space if isinstance(act, EditSpace) else None,
    )


def _preview_trials(act: Any, rows: Mapping[int, TrialView]) -> ActResult:
    done, skipped, details = [], [], {}
    for number in dict.fromkeys(act.trials):
        row = rows.get(number)
        why = "no such trial" if row is None else _FITS[type(act)](row)
        if row is None or why is not None:
            skipped.append(Skipped(id=trial_name(number), why=why or ""))
        else:
            done.append(row.id)
            if not isinstance(act, Prune):
                details[row.id] = f"{row.state} at epoch {row.step or 0}"
    verb = verb_of(act)
    sentence = f"{verb} {', '.join(done)}" if done else f"nothing to {verb}"
    return ActResult(done=done, skipped=skipped, sentence=sentence, details=details)


def _refuse_or_say(act: Act, state: str, undo: str | None) -> str:
    match act:
        case Stop():
            if state != "running":
                raise ActError(f"the sweep is {state} already")
            return "start nothing more"
        case Resume():
            if state == "running":
                raise ActError("the sweep is running already")
            return "start trials again"
        case PauseScheduling() if state == "paused":
            raise ActError("the scheduling is paused already")
        case ContinueScheduling() if state != "paused":
            raise ActError(f"the scheduling is not paused: the sweep is {state}")
        case SetSlots(count=count):
            if count is None:
                return "run as many at once as the GPUs have room for"
            if count < 1:
                raise ActError("at least 1 slot is needed")
            return f"run {count} at once"
        case UseGpus(gpus=gpus, use=use):
            return f"{use} {', '.join(gpus)}"
        case Undo():
            if undo is None:
                raise ActError("there is nothing to undo")
            return f"undo: {undo}"
        case EditSpace(edits=edits):
            for edit in edits:
                if isinstance(edit, SetRange) and (edit.low or 0) >= (edit.high or 1e9):
                    raise ActError(f"{edit.parameter}: {edit.low:g} is not below {edit.high:g}")
    return verb_of(act)


def verb_of(act: Act) -> str:
    """The act's verb."""
    return str(act.__struct_config__.tag).replace("_", " ")


def _is_pausing(row: TrialView) -> bool:
    return row.state == "paused" or row.ending == "paused"

"""Undo: take back the newest act that still can be."""

from __future__ import annotations

from msgspec.structs import replace

from engine.core.acts import Act, EditSpace, ExtendStage, Preview, PutBack, Undo
from engine.core.state import SweepState
from engine.core.undoable import Undoable

from .base import Applied, By, Facts, Handler, Prepared, together

Handlers = dict[type, Handler]


def prepare(state: SweepState, act: Undo, facts: Facts, handlers: Handlers) -> Prepared:
    """Say what would be taken back, and which newer acts cannot be any more."""
    passed: list[str] = []
    for undoable in reversed(state.undoable):
        made = _taken_back(state, undoable, facts, handlers)
        if made.preview.refused is None:
            return _prepared(act, undoable, made, passed)
        passed.append(f"decision {undoable.n} cannot be undone any more: {made.preview.refused}")
        if undoable.n == act.n:
            break
    return _refused(act, together("there is nothing to undo", *passed[:3]))


def apply(state: SweepState, act: Undo, by: By, handlers: Handlers) -> Applied:
    """Apply the inverse; an undo is not itself taken back, so that the next one goes further."""
    if act.inverse is None or all(u.n != act.n for u in state.undoable):
        return Applied()
    state.undoable = [u for u in state.undoable if u.n < (act.n or 0)]
    done = handlers[type(act.inverse)].apply(state, act.inverse, by)
    return Applied(commands=done.commands)


def _taken_back(
    state: SweepState, undoable: Undoable, facts: Facts, handlers: Handlers
) -> Prepared:
    inverse: Act | PutBack = undoable.inverse
    if (why := _is_past(state, undoable, facts)) is not None:
        return _refused(inverse, why)
    return handlers[type(inverse)].prepare(state, inverse, facts)


def _is_past(state: SweepState, undoable: Undoable, facts: Facts) -> str | None:
    """Why taking an act back would take more than it back."""
    match undoable.inverse:
        case EditSpace() if state.space is not None and facts.ranges is not None:
            made = state.versions[undoable.version - 1].document
            if facts.ranges.difference(state.space.document, made).changes:
                return f"the space is at version {state.space_version} by now"
        case ExtendStage() if undoable.stage != len(state.stages):
            return f"the sweep is at {state.stage.plan.name} by now"
    return None


def _prepared(act: Undo, undoable: Undoable, made: Prepared, passed: list[str]) -> Prepared:
    told = f"{undoable.n}: {undoable.sentence}"
    if act.n is not None and act.n != undoable.n:
        return _refused(act, f"decision {act.n} is not the newest; undo {told} first")
    sentence = together(f"undo {told}", made.preview.sentence, *passed[:3])
    return Prepared(
        act=Undo(n=undoable.n, inverse=made.act),  # type: ignore[arg-type]
        preview=replace(made.preview, sentence=sentence),
        past=f"undid {told}",
    )


def _refused(act: Act | PutBack, why: str) -> Prepared:
    return Prepared(act=act, preview=Preview(refused=why))

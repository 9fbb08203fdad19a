"""Slots: how many trials run at once."""

from __future__ import annotations

from engine.core.acts import Preview, SetSlots
from engine.core.auto_slots import auto_slots
from engine.core.history import named
from engine.core.state import SweepState

from .base import Applied, By, Facts, Prepared, plural, together

MOST = 1024


def prepare(state: SweepState, act: SetSlots, facts: Facts) -> Prepared:
    """Say what starts at once, or what finishes first."""
    now = _told(state)
    if act.count is None:
        return _prepare_auto(state, act, now)
    then = act.count
    refused = None
    if then < 1:
        refused = "at least 1 slot is needed; pause the scheduling to start nothing"
    elif then > MOST:
        refused = f"at most {MOST} slots"
    elif then == state.slots.count and not state.auto_slots:
        refused = f"the sweep has {plural(then, 'slot')} already"
    beyond = tuple(trial for slot, trial in sorted(state.slots.owners().items()) if slot > then)
    sentence = together(
        _sentence(state, then),
        f"{named(beyond)} may finish first" if beyond else "",
    )
    preview = Preview(sentence=sentence, refused=refused)
    return Prepared(act=act, preview=preview, past=f"set the slots from {now} to {then}")


def _prepare_auto(state: SweepState, act: SetSlots, now: str) -> Prepared:
    refused = None
    if not state.demands.on_gpus:
        refused = "the sweep runs on the CPU: say how many"
    elif state.auto_slots:
        refused = "there are as many slots as the GPUs have room for already"
    then = auto_slots(state)
    sentence = f"run as many at once as the GPUs have room for, now {then}, instead of {now}"
    past = f"set the slots from {now} to auto"
    return Prepared(act=act, preview=Preview(sentence=sentence, refused=refused), past=past)


def apply(state: SweepState, act: SetSlots, by: By) -> Applied:
    """Open or close slots, or leave it to the GPUs how many there are."""
    before = None if state.auto_slots else state.slots.count
    if act.count is not None:
        state.auto_slots = False
        state.slots.resize(act.count)
    elif state.demands.on_gpus:
        state.auto_slots = True
    return Applied(inverse=SetSlots(count=before))


def _sentence(state: SweepState, then: int) -> str:
    if then == state.slots.count and state.auto_slots:
        return f"keep {then} at once, whatever the GPUs have room for"
    return f"run {then} at once instead of {_told(state)}"


def _told(state: SweepState) -> str:
    """'8 (auto)': as many as the GPUs have room for now."""
    return f"{state.slots.count} (auto)" if state.auto_slots else str(state.slots.count)

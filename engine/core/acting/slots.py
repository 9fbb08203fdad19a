"""Slots: how many trials run at once."""

from __future__ import annotations

from engine.core.acts import Preview, SetSlots
from engine.core.history import named
from engine.core.state import SweepState

from .base import Applied, By, Facts, Prepared, plural, together

MOST = 1024


def prepare(state: SweepState, act: SetSlots, facts: Facts) -> Prepared:
    """Say what starts at once, or what finishes first."""
    if act.count is None:
        return Prepared(act=act, preview=Preview(refused="the sweep runs on the CPU: say how many"))
    now, then = state.slots.count, act.count
    refused = None
    if then < 1:
        refused = "at least 1 slot is needed; pause the scheduling to start nothing"
    elif then > MOST:
        refused = f"at most {MOST} slots"
    elif then == now:
        refused = f"the sweep has {plural(now, 'slot')} already"
    beyond = tuple(trial for slot, trial in sorted(state.slots.owners().items()) if slot > then)
    sentence = together(
        f"run {then} at once instead of {now}",
        f"{named(beyond)} may finish first" if beyond else "",
    )
    preview = Preview(sentence=sentence, refused=refused)
    return Prepared(act=act, preview=preview, past=f"set the slots from {now} to {then}")


def apply(state: SweepState, act: SetSlots, by: By) -> Applied:
    """Open or close slots."""
    before = state.slots.count
    if act.count is not None:
        state.slots.resize(act.count)
    return Applied(inverse=SetSlots(count=before))

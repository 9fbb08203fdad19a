"""Pause and continue the scheduling: nothing starts for a while, and nothing ends."""

from __future__ import annotations

from engine.core.acts import ContinueScheduling, PauseScheduling, Preview
from engine.core.state import Scheduling, SweepState

from .base import Applied, By, Facts, Prepared, plural


def prepare_pause(state: SweepState, act: PauseScheduling, facts: Facts) -> Prepared:
    """Say how many trials wait, and how many go on."""
    past = "paused the scheduling: nothing starts, what runs goes on"
    refused = {
        Scheduling.PAUSED: "the scheduling is paused already",
        Scheduling.ENDED: f"the sweep is {state.status} already",
        Scheduling.DRAINING: "the sweep is stopping: nothing starts anyway",
        Scheduling.LIMITED: f"nothing starts any more: {state.sentence}",
    }.get(state.scheduling)
    sentence = (
        f"start nothing until continued; {plural(len(state.running), 'running trial')} may go on, "
        f"{plural(len(state.waiting), 'trial')} wait"
    )
    return Prepared(act=act, preview=Preview(sentence=sentence, refused=refused), past=past)


def apply_pause(state: SweepState, act: PauseScheduling, by: By) -> Applied:
    """Start nothing until continued."""
    if state.scheduling is not Scheduling.OPEN:
        return Applied()
    state.scheduling = Scheduling.PAUSED
    return Applied(inverse=ContinueScheduling())


def prepare_continue(state: SweepState, act: ContinueScheduling, facts: Facts) -> Prepared:
    """Say how many trials wait."""
    refused = None
    if state.scheduling is not Scheduling.PAUSED:
        refused = f"the scheduling is not paused: the sweep is {state.status}"
    sentence = f"start trials again: {len(state.waiting)} wait"
    preview = Preview(sentence=sentence, refused=refused)
    return Prepared(act=act, preview=preview, past="continued the scheduling")


def apply_continue(state: SweepState, act: ContinueScheduling, by: By) -> Applied:
    """Start trials again."""
    if state.scheduling is not Scheduling.PAUSED:
        return Applied()
    state.scheduling = Scheduling.OPEN
    return Applied(inverse=PauseScheduling())

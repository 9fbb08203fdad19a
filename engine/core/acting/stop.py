"""Stop and resume: the end of a sweep, and going on after it."""

from __future__ import annotations

from typing import Literal

from engine.core.acts import Preview, Resume, Stop
from engine.core.commands import Command
from engine.core.ending import end_attempt, leave
from engine.core.model import Ending, Running, Trial, trial_name
from engine.core.state import Scheduling, SweepState

from .base import Applied, By, Facts, Prepared, plural

_BEFORE: dict[Scheduling, Literal["paused", "limited"]] = {
    Scheduling.PAUSED: "paused",
    Scheduling.LIMITED: "limited",
}


def prepare_stop(state: SweepState, act: Stop, facts: Facts) -> Prepared:
    """Say how many trials may finish, or would end."""
    past = "stopped everything at once; what ran waits to go on"
    if not act.now:
        past = "stopped starting trials; what runs may finish"
    return Prepared(act=act, preview=_preview_stop(state, act.now), past=past)


def _preview_stop(state: SweepState, now: bool) -> Preview:
    if state.scheduling is Scheduling.ENDED:
        return Preview(refused=f"the sweep is {state.status} already")
    if state.scheduling is Scheduling.DRAINING and not now:
        return Preview(refused="the sweep is stopping already; --now stops what still runs")
    names = tuple(trial_name(n) for n in state.running)
    if now:
        text = f"stop {plural(len(names), 'running trial')} at once; they wait, to go on at resume"
        return Preview(done=names, sentence=text)
    held = sum(_is_held(state.trials[n]) for n in state.running)
    text = f"start nothing more; {len(names) - held} running trials may finish"
    if held:
        text += f"; {plural(held, 'held trial')} let go of their slots and stay paused"
    return Preview(sentence=text)


def apply_stop(state: SweepState, act: Stop, by: By) -> Applied:
    """Start nothing more; held trials give up their slots, since they would never finish."""
    if state.scheduling is Scheduling.ENDED:
        return Applied()
    back = _way_back(state)
    state.scheduling = Scheduling.DRAINING
    reason = by.reason("stopped")
    commands: list[Command] = []
    for number in list(state.running):
        trial = state.trials[number]
        running = trial.state
        assert isinstance(running, Running)
        if running.held:
            commands += end_attempt(state, trial, Ending.PAUSED, running.reason or reason)
        elif act.now:
            commands += leave(state, trial, reason)
    return Applied(commands=commands, inverse=back)


def _way_back(state: SweepState) -> Resume:
    """What takes a stop back: for a second one, what took the first one back."""
    if state.scheduling is Scheduling.DRAINING:
        earlier = (u.inverse for u in reversed(state.undoable) if isinstance(u.inverse, Resume))
        return next(earlier, Resume())
    return Resume(into=_BEFORE.get(state.scheduling, "open"))


def _is_held(trial: Trial) -> bool:
    return isinstance(trial.state, Running) and trial.state.held


def prepare_resume(state: SweepState, act: Resume, facts: Facts) -> Prepared:
    """Say how many trials wait."""
    return Prepared(act=act, preview=_preview_resume(state, act.into), past="started trials again")


def _preview_resume(state: SweepState, into: str) -> Preview:
    if state.scheduling in (Scheduling.OPEN, Scheduling.LIMITED):
        return Preview(refused="the sweep is running already")
    if state.status == "finished":
        return Preview(refused=f"the sweep has finished: {state.sentence}")
    if into == "paused":
        return Preview(sentence="the scheduling is paused again: nothing starts")
    return Preview(sentence=f"start trials again: {len(state.waiting)} wait")


def apply_resume(state: SweepState, act: Resume, by: By) -> Applied:
    """Schedule again; the stop cannot be undone any more."""
    if _preview_resume(state, act.into).refused is not None:
        return Applied()
    into = Scheduling(act.into)
    limited = into is Scheduling.LIMITED and state.limit is not None
    state.scheduling = into if limited or into is Scheduling.PAUSED else Scheduling.OPEN
    state.undoable = [u for u in state.undoable if not isinstance(u.inverse, Resume)]
    state.watch.start(by.at)
    state.failures_in_a_row = 0
    state.since_best.clear()
    state.ended_at = None
    state.end_state = None
    if limited:
        state.sentence = f"the limit of {state.limit} was reached"
    else:
        state.limit = None
        state.sentence = ""
    return Applied()

"""Acts of people: what each would do now, and doing it."""

from __future__ import annotations

from collections.abc import Iterable

from .acts import Act, Preview, Prune, Resume, Skipped, Stop
from .commands import Command, StopAttempt
from .events import Acted
from .history import named
from .model import (
    Ending,
    Pruned,
    Running,
    Trial,
    is_final,
    state_name,
    trial_name,
)
from .state import Scheduling, SweepState


def preview(state: SweepState, act: Act) -> Preview:
    """Say what `act` would do to the sweep as it is; changes nothing."""
    match act:
        case Prune(trials=trials):
            return _preview_prune(state, trials)
        case Stop(now=now):
            return _preview_stop(state, now)
        case Resume():
            return _preview_resume(state)


def effective(act: Act, seen: Preview) -> Act:
    """The part of `act` that does something, going by its preview."""
    if isinstance(act, Prune):
        return Prune(trials=tuple(int(name[1:]) for name in seen.done))
    return act


def apply(state: SweepState, event: Acted) -> list[Command]:
    """Do the act. Trials it no longer fits are left alone."""
    if event.request in state.requests:
        return []
    state.requests.add(event.request)
    match event.act:
        case Prune(trials=trials):
            reason = f"pruned by {event.who}" + (f": {event.why}" if event.why else "")
            return [c for n in trials for c in _prune(state, state.trials[n], event.at, reason)]
        case Stop(now=now):
            return _stop(state, event, now)
        case Resume():
            return _resume(state, event.at)


# Prune ------------------------------------------------------------------------------------


def _preview_prune(state: SweepState, numbers: Iterable[int]) -> Preview:
    done: list[int] = []
    skipped: list[Skipped] = []
    for number in dict.fromkeys(numbers):
        why = _unprunable(state.trials.get(number))
        if why is None:
            done.append(number)
        else:
            skipped.append(Skipped(id=trial_name(number), why=why))
    running = sum(isinstance(state.trials[n].state, Running) for n in done)
    epochs = sum(_epochs_left(state.trials[n]) for n in done)
    sentence = f"prune {named(tuple(done))}" if done else "nothing to prune"
    if running:
        sentence += f"; frees {running} slot{'s' if running > 1 else ''}"
    if epochs:
        sentence += f"; saves {epochs} epochs"
    if done:
        sentence += "; results and checkpoints are kept"
    return Preview(
        done=tuple(trial_name(n) for n in done), skipped=tuple(skipped), sentence=sentence
    )


def _unprunable(trial: Trial | None) -> str | None:
    if trial is None:
        return "no such trial"
    if is_final(trial.state):
        return f"already {state_name(trial.state)}"
    if isinstance(trial.state, Running) and trial.state.ending in (Ending.PRUNED, Ending.DIVERGED):
        return "already being stopped"
    return None


def _epochs_left(trial: Trial) -> int:
    return max(0, trial.budget - (trial.last_step or 0)) if trial.budget is not None else 0


def _prune(state: SweepState, trial: Trial, at: float, reason: str) -> list[Command]:
    if _unprunable(trial) is not None:
        return []
    if isinstance(trial.state, Running):
        return end_attempt(state, trial, Ending.PRUNED, reason)
    state.set_state(trial, Pruned(at=at, reason=reason))
    return []


def end_attempt(state: SweepState, trial: Trial, ending: Ending, reason: str) -> list[Command]:
    """Ask for the end of a running trial's process, saying what the trial then becomes."""
    running = trial.state
    if not isinstance(running, Running):
        return []
    ended = Running(attempt=running.attempt, slot=running.slot, ending=ending, reason=reason)
    state.set_state(trial, ended)
    return [StopAttempt(trial=trial.number, attempt=running.attempt)]


# Stop and resume ------------------------------------------------------------------------------


def _preview_stop(state: SweepState, now: bool) -> Preview:
    if state.scheduling is Scheduling.ENDED:
        return Preview(refused=f"the sweep is {state.status} already")
    if state.scheduling is Scheduling.DRAINING and not now:
        return Preview(refused="the sweep is stopping already; --now stops what still runs")
    names = tuple(trial_name(n) for n in state.running)
    if now:
        text = f"stop {len(names)} running trials at once; they wait, to go on at resume"
        return Preview(done=names, sentence=text)
    return Preview(sentence=f"start nothing more; {len(names)} running trials may finish")


def _stop(state: SweepState, event: Acted, now: bool) -> list[Command]:
    if state.scheduling is Scheduling.ENDED:
        return []
    state.scheduling = Scheduling.DRAINING
    if not now:
        return []
    reason = f"stopped by {event.who}"
    return [
        command
        for number in list(state.running)
        if _is_free_to_end(state.trials[number])
        for command in end_attempt(state, state.trials[number], Ending.REQUEUED, reason)
    ]


def _is_free_to_end(trial: Trial) -> bool:
    return isinstance(trial.state, Running) and trial.state.ending is None


def _preview_resume(state: SweepState) -> Preview:
    if state.scheduling in (Scheduling.OPEN, Scheduling.LIMITED):
        return Preview(refused="the sweep is running already")
    if state.status == "finished":
        return Preview(refused=f"the sweep has finished: {state.sentence}")
    return Preview(sentence=f"start trials again: {len(state.waiting)} wait")


def _resume(state: SweepState, at: float) -> list[Command]:
    if _preview_resume(state).refused is None:
        state.scheduling = Scheduling.OPEN
        state.watch.start(at)
        state.failures_in_a_row = 0
        state.ended_at = None
        state.end_state = None
        state.limit = None
        state.sentence = ""
    return []

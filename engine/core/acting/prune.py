"""Prune: end trials for good, or mark them infeasible."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from engine.core.acts import Former, Preview, Prune
from engine.core.commands import Command
from engine.core.ending import end_attempt
from engine.core.history import named
from engine.core.model import Ending, Failed, Pruned, Running, Trial, is_final, state_name
from engine.core.state import SweepState

from .base import (
    Applied,
    By,
    Facts,
    Prepared,
    former_of,
    plural,
    put_back,
    slot_hours,
    sort_out,
    together,
)

_FOR_GOOD = (Ending.PRUNED, Ending.DIVERGED, Ending.CONVERGED, Ending.INFEASIBLE)


def prepare(state: SweepState, act: Prune, facts: Facts) -> Prepared:
    """Say which trials would end, the slots that frees and the epochs it saves."""
    chosen = sort_out(state, act.trials, _why_not(act))
    trials = [state.trials[n] for n in chosen.done]
    running = sum(isinstance(t.state, Running) for t in trials)
    epochs = sum(_epochs_left(t) for t in trials)
    sentence = together(
        _said("prune", "mark", act, chosen.done) if chosen.done else "nothing to prune",
        f"frees {plural(running, 'slot')}" if running else "",
        f"saves {plural(epochs, 'epoch')}" if epochs else "",
        "results and checkpoints are kept" if chosen.done else "",
    )
    preview = Preview(
        done=chosen.names,
        skipped=chosen.skipped,
        sentence=sentence,
        details={t.name: _detail(t) for t in trials},
        epochs=-epochs,
        slot_hours=slot_hours(state, epochs),
    )
    past = _said("pruned", "marked", act, chosen.done)
    return Prepared(act=replace(act, trials=chosen.done), preview=preview, past=past)


def apply(state: SweepState, act: Prune, by: By) -> Applied:
    """End the trials."""
    reason = by.reason("marked infeasible" if act.infeasible else "pruned")
    why_not = _why_not(act)
    former: list[Former] = []
    commands: list[Command] = []
    for number in act.trials:
        trial = state.trials[number]
        if why_not(trial) is None:
            former.append(former_of(trial, "pruned"))
            commands += _prune(state, trial, act, by.at, reason)
    return Applied(commands=commands, inverse=put_back(former))


def _said(pruned: str, marked: str, act: Prune, trials: tuple[int, ...]) -> str:
    return f"{marked} {named(trials)} infeasible" if act.infeasible else f"{pruned} {named(trials)}"


def _why_not(act: Prune) -> Callable[[Trial], str | None]:
    return _unmarkable if act.infeasible else _unprunable


def _unmarkable(trial: Trial) -> str | None:
    match trial.state:
        case Pruned(infeasible=True):
            return "is marked infeasible already"
        case Pruned(dropped=True):
            return "was dropped before it ran"
        case Failed(kind=kind) if kind.infeasible:
            return f"is infeasible already: {kind.value}"
    return None if is_final(trial.state) else _unprunable(trial)


def _unprunable(trial: Trial) -> str | None:
    if is_final(trial.state):
        word, reason = state_name(trial.state), getattr(trial.state, "reason", "")
        return f"already {reason if reason.startswith(word) else word}"
    if isinstance(trial.state, Running) and trial.state.ending in _FOR_GOOD:
        return "already being stopped"
    return None


def _detail(trial: Trial) -> str:
    if is_final(trial.state) and trial.best is not None:
        return f"{state_name(trial.state)}; no longer among the best"
    if not isinstance(trial.state, Running):
        return f"{state_name(trial.state)}; will not run"
    left = _epochs_left(trial)
    saved = f", saves {plural(left, 'epoch')}" if left else ""
    return f"at epoch {trial.last_step or 0}{saved}; frees slot {trial.state.slot}"


def _epochs_left(trial: Trial) -> int:
    if trial.budget is None or is_final(trial.state):
        return 0
    return max(0, trial.budget - (trial.last_step or 0))


def _prune(state: SweepState, trial: Trial, act: Prune, at: float, reason: str) -> list[Command]:
    if isinstance(trial.state, Running):
        ending = Ending.INFEASIBLE if act.infeasible else Ending.PRUNED
        return end_attempt(state, trial, ending, reason)
    state.set_state(trial, Pruned(at=at, reason=reason, infeasible=act.infeasible))
    return []

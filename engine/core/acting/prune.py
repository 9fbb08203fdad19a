"""Prune: end trials for good."""

from __future__ import annotations

from engine.core.acts import Former, Preview, Prune
from engine.core.commands import Command
from engine.core.ending import end_attempt
from engine.core.history import named
from engine.core.model import Ending, Pruned, Running, Trial, is_final, state_name
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


def prepare(state: SweepState, act: Prune, facts: Facts) -> Prepared:
    """Say which trials would end, the slots that frees and the epochs it saves."""
    chosen = sort_out(state, act.trials, _unprunable)
    trials = [state.trials[n] for n in chosen.done]
    running = sum(isinstance(t.state, Running) for t in trials)
    epochs = sum(_epochs_left(t) for t in trials)
    sentence = together(
        f"prune {named(chosen.done)}" if chosen.done else "nothing to prune",
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
    act = Prune(trials=chosen.done)
    return Prepared(act=act, preview=preview, past=f"pruned {named(chosen.done)}")


def apply(state: SweepState, act: Prune, by: By) -> Applied:
    """End the trials."""
    reason = by.reason("pruned")
    former: list[Former] = []
    commands: list[Command] = []
    for number in act.trials:
        trial = state.trials[number]
        if _unprunable(trial) is None:
            former.append(former_of(trial, "pruned"))
            commands += _prune(state, trial, by.at, reason)
    return Applied(commands=commands, inverse=put_back(former))


def _unprunable(trial: Trial) -> str | None:
    if is_final(trial.state):
        word, reason = state_name(trial.state), getattr(trial.state, "reason", "")
        return f"already {reason if reason.startswith(word) else word}"
    if isinstance(trial.state, Running) and trial.state.ending in (Ending.PRUNED, Ending.DIVERGED):
        return "already being stopped"
    return None


def _detail(trial: Trial) -> str:
    if not isinstance(trial.state, Running):
        return f"{state_name(trial.state)}; will not run"
    left = _epochs_left(trial)
    saved = f", saves {plural(left, 'epoch')}" if left else ""
    return f"at epoch {trial.last_step or 0}{saved}; frees slot {trial.state.slot}"


def _epochs_left(trial: Trial) -> int:
    return max(0, trial.budget - (trial.last_step or 0)) if trial.budget is not None else 0


def _prune(state: SweepState, trial: Trial, at: float, reason: str) -> list[Command]:
    if isinstance(trial.state, Running):
        return end_attempt(state, trial, Ending.PRUNED, reason)
    state.set_state(trial, Pruned(at=at, reason=reason))
    return []

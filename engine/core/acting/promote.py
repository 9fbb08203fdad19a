"""Promote: a bigger budget, spent from where the trial is."""

from __future__ import annotations

from typing import NamedTuple

from engine.core.acts import Former, Preview, Promote
from engine.core.commands import Command, TellAttempt
from engine.core.ending import wake
from engine.core.history import named
from engine.core.model import Paused, Running, Trial, Waiting, is_final
from engine.core.state import SweepState

from .base import (
    Applied,
    By,
    Facts,
    Prepared,
    about,
    former_of,
    plural,
    put_back,
    slot_hours,
    sort_out,
    together,
)
from .going_on import requeue, when_stopped, where_it_starts

MOST = 10**12
"""Epochs, or steps, that a budget may be."""


def prepare(state: SweepState, act: Promote, facts: Facts) -> Prepared:
    """Say which trials would get which budget, and what that costs."""
    if not any(_offered(state)):
        refused = "the config has no budget to promote to: say budget: {parameter: epochs, max: 27}"
        return Prepared(act=act, preview=Preview(refused=refused))
    if act.budget is not None and act.budget > MOST:
        refused = f"a budget is at most {MOST} {state.plan.budget_parameter or 'epochs'}"
        return Prepared(act=act, preview=Preview(refused=refused))
    chosen = sort_out(state, act.trials, lambda trial: _why_not(state, trial, act.budget))
    budgets = tuple(_budget(state, state.trials[n], act.budget) or 0 for n in chosen.done)
    ways = [_way(state.trials[n], b, facts) for n, b in zip(chosen.done, budgets, strict=True)]
    epochs = sum(way.epochs for way in ways)
    hours = slot_hours(state, epochs)
    sentence = "nothing to promote"
    if ways:
        sentence = together(
            f"promote {named(chosen.done)} to {_to(state, budgets)}",
            ways[0].text if len(ways) == 1 else "",
            f"+{plural(epochs, 'epoch')}" + (f", {about(hours)}" if about(hours) else ""),
            _loss(ways),
            when_stopped(state),
        )
    details = {
        name: f"{way.text}, +{plural(way.epochs, 'epoch')}"
        for name, way in zip(chosen.names, ways, strict=True)
    }
    return Prepared(
        act=Promote(trials=chosen.done, budget=act.budget, budgets=budgets),
        preview=Preview(
            done=chosen.names,
            skipped=chosen.skipped,
            sentence=sentence,
            details=details,
            epochs=epochs,
            slot_hours=hours,
        ),
        past=f"promoted {named(chosen.done)} to {_to(state, budgets)}",
    )


def apply(state: SweepState, act: Promote, by: By) -> Applied:
    """Raise the budgets; what has ended waits at the head of the queue, what runs is told."""
    former: list[Former] = []
    commands: list[Command] = []
    ended: list[Trial] = []
    for number, budget in zip(act.trials, act.budgets, strict=True):
        trial = state.trials[number]
        if _why_not(state, trial, budget) is not None:
            continue
        running = isinstance(trial.state, Running)
        former.append(former_of(trial, "running" if running else "waiting"))
        trial.budget = budget
        state.changed.add(number)
        if isinstance(trial.state, Running):
            state.want(trial)
            commands.append(TellAttempt(trial=number, attempt=trial.state.attempt))
        else:
            ended.append(trial)
    for trial in reversed(ended):
        requeue(state, trial, first=True)
    if ended:
        wake(state, by.at)
    return Applied(commands=commands, inverse=put_back(former))


class _Way(NamedTuple):
    """How a trial gets to its new budget: from where, and by how many more epochs."""

    text: str
    epochs: int
    lost: int


def _way(trial: Trial, budget: int, facts: Facts) -> _Way:
    if not isinstance(trial.state, Running):
        text, step = where_it_starts(trial, facts)
        return _Way(text, max(0, budget - step), max(0, (trial.last_step or 0) - step))
    done = trial.last_step or 0
    more = budget - (trial.budget or done)
    if trial.number in facts.listening:
        return _Way(f"at epoch {done}, is told and keeps going", more, 0)
    if trial.number in facts.checkpoints:
        return _Way(f"at epoch {done}, goes on from its checkpoint once it is through", more, 0)
    why = "it does not listen and has no checkpoint"
    return _Way(f"at epoch {done}, starts over once it is through: {why}", budget, budget - more)


def _loss(ways: list[_Way]) -> str:
    lost = sum(way.lost for way in ways)
    return f"{plural(lost, 'epoch')} run again" if lost else "nothing is lost"


def _why_not(state: SweepState, trial: Trial, wished: int | None) -> str | None:
    if isinstance(trial.state, Waiting):
        if trial.attempts:
            return "waits to go on already: let it run first"
        return "waits and has not begun: it has had nothing of its budget yet"
    if isinstance(trial.state, Paused):
        return "is paused: continue it first"
    if isinstance(trial.state, Running) and trial.state.held:
        return "is held: continue it first"
    if isinstance(trial.state, Running) and trial.state.ending is not None:
        return "is being stopped"
    if not isinstance(trial.state, Running) and not is_final(trial.state):
        return "cannot be promoted now"
    if trial.budget is None:
        return None if wished else "has no budget: say a number"
    budget = _budget(state, trial, wished)
    if budget is None:
        return f"has had its full budget of {trial.budget} epochs; say a number"
    return None if budget > trial.budget else f"has a budget of {trial.budget} already"


def _budget(state: SweepState, trial: Trial, wished: int | None) -> int | None:
    """The budget asked for, or the next one of the plan; None where there is no bigger one."""
    if wished is not None:
        return wished
    bigger = [b for b in _offered(state) if b is not None and b > (trial.budget or 0)]
    return min(bigger, default=None)


def _offered(state: SweepState) -> list[int | None]:
    """The budgets that the plan knows."""
    plan = state.plan
    rungs = plan.rungs.budgets if plan.rungs is not None else ()
    return [*(stage.budget for stage in plan.all_stages), *rungs, plan.budget]


def _to(state: SweepState, budgets: tuple[int, ...]) -> str:
    unit = state.plan.budget_parameter or "epochs"
    return f"{' and '.join(str(b) for b in sorted(set(budgets)))} {unit}"

"""The stages as people see them: how far each is, and how long all of them will take."""

from __future__ import annotations

from .model import (
    Running,
    Trial,
)
from .plan import StagePlan
from .repeats import verdict
from .stage import Stage
from .stage_words import new_trials
from .staging import stage_is_open
from .state import SweepState
from .views import StageView


def stage_views(state: SweepState) -> list[StageView]:
    """Show every stage of the plan, in order; of an evolution's rounds the current one."""
    if state.plan.evolution is not None:
        return [_entered(state, state.stage)]
    entered = [_entered(state, stage) for stage in state.stages]
    return entered + [_to_come(plan) for plan in _rest(state)]


def winner(state: SweepState) -> str | None:
    """Compare the two best finalists of the last stage that has results of repeats."""
    for stage in reversed(state.stages):
        best = state.finals.best(stage.plan.name, 2)
        if best:
            return verdict(best)
    return None


def epochs_left(state: SweepState) -> int | None:
    """How many epochs all stages, or rungs, still take; None where they have no end or budget."""
    if state.plan.rungs is not None:
        limit = state.trials_limit
        return None if limit is None else state.ladder.epochs_left(limit)
    left = _new_left(state)
    plans = [state.stage.plan, *_rest(state)]
    if left is None or any(plan.budget is None for plan in plans):
        return None
    under_way = sum(_left_of(state, state.trials[n]) for n in (*state.running, *state.waiting))
    here = left * state.stage.plan.repeats * (state.stage.plan.budget or 0)
    return under_way + here + sum(_of_plan(state, plan) for plan in _rest(state))


def _rest(state: SweepState) -> tuple[StagePlan, ...]:
    return state.plan.all_stages[len(state.stages) :]


def _entered(state: SweepState, stage: Stage) -> StageView:
    is_current = stage is state.stage
    total = stage.members + (_new_left(state) or 0) if is_current else stage.members
    is_done = state.end_state == "finished" if is_current else not stage.open
    is_endless = is_current and _new_left(state) is None
    return StageView(
        name=stage.plan.name,
        budget=stage.plan.budget,
        state="done" if is_done else "running",
        done=stage.done,
        total=None if is_endless else total,
        promoted=stage.promoted,
        repeats=stage.plan.repeats,
    )


def _to_come(plan: StagePlan) -> StageView:
    return StageView(
        name=plan.name,
        budget=plan.budget,
        state="waiting",
        total=None if plan.trials is None else plan.trials + plan.promote,
        repeats=plan.repeats,
    )


def _new_left(state: SweepState) -> int | None:
    """How many trials the current stage is still to propose; None: no end known."""
    if not stage_is_open(state) or state.end_state == "finished":
        return 0
    limit = state.trials_limit
    room = None if limit is None else max(0, limit - state.counted)
    return min((n for n in (state.stage.left, room) if n is not None), default=None)


def _left_of(state: SweepState, trial: Trial) -> int:
    """What a trial under way still takes, and the seeds that follow when it is complete."""
    if isinstance(trial.state, Running) and trial.state.ending is not None:
        return 0
    budget, own = trial.budget or 0, max(0, (trial.budget or 0) - (trial.last_step or 0))
    stage = state.stage_of(trial)
    if stage is None or stage.plan.repeats == 1 or trial.repeat_of or not trial.counted:
        return own
    return own + max(0, stage.plan.repeats - len(state.finals.seeds(trial))) * budget


def _of_plan(state: SweepState, plan: StagePlan) -> int:
    """What a stage to come takes at most: those it promotes have had the current budget."""
    budget, had = plan.budget or 0, state.stage.plan.budget or 0
    new = new_trials(state, plan, 0) or 0
    promoted = max(0, budget - had) + (plan.repeats - 1) * budget
    return new * plan.repeats * budget + plan.promote * promoted

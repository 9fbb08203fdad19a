"""Stages, coarse to fine: how one begins, and when the next one is due.

A stage is done when it proposes no more and each of its trials has ended, with all its seeds.
Trials that an early advance left running belong to the stage before, and hold nobody up; so do
those that a person paused there.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from .acting.space import make_current, narrowed
from .acts import StageEntry
from .commands import Command
from .ending import drop
from .history import ENGINE
from .model import (
    Trial,
    Waiting,
    is_whole,
)
from .plan import StagePlan
from .ranges import Ranges
from .seeds import seed_for
from .stage import Stage
from .stage_words import told
from .state import SweepState


def begin(state: SweepState) -> None:
    """Set the first stage up."""
    state.stages = [Stage(plan=state.plan.all_stages[0])]


def stage_is_open(state: SweepState) -> bool:
    """Whether the current stage is still to propose trials."""
    left = state.stage.left
    return (left is None or left > 0) and why_no_proposals(state) is None


def why_no_proposals(state: SweepState) -> str | None:
    """Why no stage can propose anything now; None where it can."""
    limit = state.trials_limit
    if limit is not None and state.counted >= limit:
        return f"the limit of {limit} trials is reached"
    return state.exhausted


def next_stage(state: SweepState) -> StagePlan | None:
    """The stage after the current one; None where it is the last."""
    plans = state.plan.all_stages
    return plans[len(state.stages)] if len(state.stages) < len(plans) else None


def entry_after(state: SweepState, ranges: Ranges | None) -> StageEntry | None:
    """How the next stage begins, if the current one is done and there is a next one."""
    if stage_is_open(state) or state.asked or state.stage.open or next_stage(state) is None:
        return None
    return entry_of_next(state, ranges)


def entry_of_next(state: SweepState, ranges: Ranges | None) -> StageEntry:
    """Work out how the next stage begins."""
    plan = state.plan.all_stages[len(state.stages)]
    dropped = tuple(n for n in state.waiting if _is_unstarted(state, state.trials[n]))
    change = None
    if plan.narrow_top is not None and ranges is not None:
        change = narrowed(state, plan.narrow_top, ranges)
    promoted = promotable(state, plan)
    sentence = f"{plan.name} begins" + told(state, plan, promoted, dropped, change)
    return StageEntry(
        index=len(state.stages),
        promoted=promoted,
        dropped=dropped,
        change=change,
        sentence=sentence,
    )


def entry_of_round(state: SweepState) -> StageEntry:
    """Work out how another round of the current stage begins; its ranges stay as they are."""
    plan = state.stage.plan
    promoted = promotable(state, plan)
    plan_of_round = replace(plan, narrow_top=None)
    sentence = f"{plan.name} goes another round" + told(state, plan_of_round, promoted, (), None)
    return StageEntry(index=len(state.stages) - 1, promoted=promoted, sentence=sentence)


def promotable(state: SweepState, plan: StagePlan) -> tuple[int, ...]:
    """The best trials that came to their end and are not in a stage yet, as many as it promotes."""
    among = (
        t
        for t in state.trials.values()
        if is_whole(t.state) and t.repeat_of is None and t.stage != plan.name
    )
    return tuple(t.number for t in state.best_trials(plan.promote, among)) if plan.promote else ()


def enter(state: SweepState, entry: StageEntry, at: float, who: str) -> list[Command]:
    """Begin a stage, or another round of it."""
    plan = state.plan.all_stages[entry.index]
    for number in entry.dropped:
        drop(state, state.trials[number], at, f"{plan.name} has begun")
    if entry.index < len(state.stages):
        state.stage.extra += plan.trials or 0
    else:
        state.stages.append(Stage(plan=plan, rank_class=_class_of(state, plan)))
        state.asked = 0
    commands = make_current(state, entry.change, at, who) if entry.change is not None else []
    _promote(state, entry.promoted, at, wanted=who != ENGINE)
    return commands


def repeat_if_due(state: SweepState, trial: Trial, at: float) -> None:
    """Give a proposal of a stage with repeats its further seeds, once it came to its end."""
    if is_whole(trial.state) and trial.counted and trial.repeat_of is None:
        stage = state.stage_of(trial)
        if stage is not None:
            _repeat(state, trial, stage, at, wanted=False)


def follow_first_rung(state: SweepState) -> None:
    """Have new trials begin at the first rung, where curves have come to speak for another."""
    if state.ladder.move_first():
        first = state.ladder.rungs[state.ladder.first]
        state.stage.plan = replace(state.stage.plan, budget=first.budget)


def _promote(state: SweepState, promoted: Iterable[int], at: float, *, wanted: bool) -> None:
    """Take trials over, the best at the head of the queue; one that has had the stage's budget
    joins without running."""
    stage, trials = state.stage, [state.trials[n] for n in promoted]
    for trial in reversed(trials):
        state.join(trial, stage)
        budget = stage.plan.budget
        if budget is not None and (trial.budget or 0) < budget:
            trial.budget = budget
            trial.overrides = dict(stage.plan.overrides)
            trial.losses = 0
            if trial.rank_class != stage.rank_class:
                state.rerank(trial, stage.rank_class)
            state.want(trial, wanted)
            state.set_state(trial, Waiting(), first=True)
    for trial in trials:
        _repeat(state, trial, stage, at, wanted=wanted)


def _repeat(state: SweepState, finalist: Trial, stage: Stage, at: float, *, wanted: bool) -> None:
    """Queue a finalist's configuration with further seeds, where that is still to be done."""
    for n in range(len(state.finals.seeds(finalist)) + 1, stage.plan.repeats + 1):
        state.add(
            Trial(
                number=state.next_number,
                params=finalist.params,
                origin=f"repeat {n} of {finalist.name}",
                seed=seed_for(finalist.seed, n),
                stage=stage.plan.name,
                space_version=finalist.space_version,
                proposed_at=at,
                budget=stage.plan.budget,
                repeat_of=finalist.number,
                overrides=dict(stage.plan.overrides),
                counted=False,
                wanted=wanted,
                rank_class=stage.rank_class,
            )
        )


def _is_unstarted(state: SweepState, trial: Trial) -> bool:
    """Whether it is a proposal of the current stage that nobody asked for and that never ran."""
    of_the_search = trial.counted and not trial.wanted and trial.stage == state.stage.plan.name
    return of_the_search and not trial.attempts


def _class_of(state: SweepState, plan: StagePlan) -> int:
    """Values measured under other overrides do not compare: they make a class of their own."""
    return state.stage.rank_class + (plan.overrides != state.stage.plan.overrides)

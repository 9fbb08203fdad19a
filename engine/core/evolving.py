"""Rounds of an evolution on the machine: each is a stage, and who is in it is worked out once.

A round is over when each of its members has ended. Survivors go on to a bigger budget as further
attempts of the same trial; children are new trials that begin at their parent's checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from .commands import Command, InheritCheckpoint
from .events import RoundEvolved
from .evolution import Child, Evolver, Member, Replaced, Selection
from .evolution_words import placed, told
from .model import Complete, Pruned, Trial, Waiting, is_final, is_whole
from .seeds import seed_for
from .stage import Stage
from .staging import next_stage, stage_is_open
from .state import SweepState


def round_after(state: SweepState, evolver: Evolver | None, at: float) -> RoundEvolved | None:
    """How the next round begins, if the current one is over and there is a next one.

    None, too, where the limit of trials has no room for its children.
    """
    rounds = state.plan.evolution
    if rounds is None or evolver is None or state.space is None or not _is_over(state):
        return None
    members = _members(state)
    chosen = evolver.select(members, rounds.population)
    count = rounds.population - len(chosen.survivors)
    limit = state.trials_limit
    if limit is not None and state.counted + count > limit:
        return None
    children = _children(state, evolver, members, chosen, count)
    return RoundEvolved(
        at=at,
        round=len(state.stages) + 1,
        survivors=chosen.survivors,
        replaced=_replaced(state, members, chosen, children),
        children=children,
        sentence=told(len(state.stages) + 1, rounds.rounds, chosen.survivors, children),
    )


def begin_round(state: SweepState, event: RoundEvolved) -> list[Command]:
    """Begin a round: some trials end, some go on, some are born."""
    born = len(event.children)
    stage = Stage(plan=state.plan.all_stages[event.round - 1], extra=born, proposed=born)
    state.stages.append(stage)
    state.asked = 0
    for gone in event.replaced:
        state.set_state(state.trials[gone.trial], Pruned(at=event.at, reason=gone.reason))
    for number in reversed(event.survivors):
        _go_on(state, state.trials[number], stage)
    for child in event.children:
        state.add(_born(state, child, event.at))
    return [InheritCheckpoint(trial=c.number) for c in event.children if c.parent is not None]


def inheritances(state: SweepState) -> list[Command]:
    """What may have been left undone for trials that have not begun: an engine died before."""
    unborn = (t for t in state.trials.values() if t.generation and not t.reports)
    return [InheritCheckpoint(trial=t.number) for t in unborn if not is_final(t.state)]


def _is_over(state: SweepState) -> bool:
    if stage_is_open(state) or state.asked or state.stage.open:
        return False
    return next_stage(state) is not None


def _members(state: SweepState) -> list[Member]:
    """The trials of the round, and others that have come as far by a person's will."""
    name, step = state.stage.plan.name, state.stage.plan.budget or 0
    return [
        Member(number=t.number, params=t.params, loss=_loss(state, t, step))
        for t in state.trials.values()
        if (t.stage == name and not _was_dropped(t)) or _has_come(t, step)
    ]


def _was_dropped(trial: Trial) -> bool:
    return isinstance(trial.state, Pruned) and trial.state.dropped


def _has_come(trial: Trial, step: int) -> bool:
    return isinstance(trial.state, Complete) and (trial.last_step or 0) >= step


def _loss(state: SweepState, trial: Trial, step: int) -> float | None:
    """The loss at the round's end; at the last point before it where the trial left early."""
    if not is_whole(trial.state):
        return None
    reached = [v for s, v in zip(trial.steps, trial.values, strict=True) if s <= step]
    if not reached or not isfinite(reached[-1]):
        return None
    return state.peers.loss(reached[-1])


def _children(
    state: SweepState,
    evolver: Evolver,
    members: Sequence[Member],
    chosen: Selection,
    count: int,
) -> tuple[Child, ...]:
    assert state.space is not None
    by_number = {m.number: m for m in members}
    parents = [by_number[number] for number in chosen.parents]
    children = []
    for number in range(state.next_number, state.next_number + count):
        seed = seed_for(state.plan.seed, -number)
        made = evolver.offspring(state.space.document, parents, seed_for(seed, len(state.stages)))
        parent = state.trials[made.parent] if made.parent is not None else None
        children.append(
            Child(
                number=number,
                parent=made.parent,
                params=made.params,
                seed=seed,
                origin=f"child of {parent.name}, {made.changes}" if parent else made.changes,
                from_step=_step_of(state, parent) if parent else 0,
                generation=parent.generation + 1 if parent else 0,
            )
        )
    return tuple(children)


def _step_of(state: SweepState, parent: Trial) -> int:
    """Where a child begins: at the round's end, or where its parent left early."""
    done = parent.last_step or 0
    budget = state.stage.plan.budget
    return done if budget is None else min(done, budget)


def _replaced(
    state: SweepState, members: Sequence[Member], chosen: Selection, children: Sequence[Child]
) -> tuple[Replaced, ...]:
    """Who ends by the selection; who had no result has ended already, and is let be."""
    first = len(chosen.survivors) + 1
    heirs = [*children, *[None] * len(chosen.ended)]
    return tuple(
        Replaced(
            trial=number,
            reason=placed(first + place, len(members), len(state.stages), heirs[place]),
        )
        for place, number in enumerate(chosen.ended)
    )


def _go_on(state: SweepState, trial: Trial, stage: Stage) -> None:
    """Take a survivor over, to the head of the queue; one that a person had run further joins
    without running."""
    state.join(trial, stage)
    if (trial.budget or 0) >= (stage.plan.budget or 0):
        return
    trial.budget = stage.plan.budget
    trial.losses = 0
    state.want(trial, False)
    state.set_state(trial, Waiting(), first=True)


def _born(state: SweepState, child: Child, at: float) -> Trial:
    return Trial(
        number=child.number,
        params=child.params,
        origin=child.origin,
        seed=child.seed,
        stage=state.stage.plan.name,
        space_version=state.space_version,
        proposed_at=at,
        budget=state.stage.plan.budget,
        parent=child.parent,
        generation=child.generation,
        from_step=child.from_step,
        ranked_after=child.from_step,
        last_step=child.from_step or None,
    )

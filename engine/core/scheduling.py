"""What to start next, what to ask of the search method, and when the sweep is over."""

from __future__ import annotations

from collections.abc import Collection

from .commands import Command, Emit, Propose
from .events import AttemptStarted, RungPromoted, StageEntered, SweepEnded
from .evolution import Evolver
from .evolving import round_after
from .limits import limit_reached
from .ranges import Ranges
from .staging import entry_after, stage_is_open
from .state import Scheduling, SweepState

DEVICE = "cpu"


def next_commands(
    state: SweepState,
    at: float,
    ranges: Ranges | None = None,
    evolver: Evolver | None = None,
) -> list[Command]:
    """Say what follows from the state now: starts, proposals, limits, the next stage, the end.

    Emits only: the state changes when the emitted events are handled.
    """
    if state.scheduling is Scheduling.ENDED:
        return []
    if state.scheduling is Scheduling.OPEN and (limit := limit_reached(state, at)):
        return [limit]
    commands: list[Command] = []
    if state.scheduling is Scheduling.OPEN:
        if (promoted := _promotion(state, at)) is not None:
            return [promoted]
        commands += _starts(state, at, state.waiting)
        commands += _proposals(state, len(commands))
        if not commands and (begun := _next_stage(state, at, ranges, evolver)):
            return [begun]
    if state.scheduling is Scheduling.LIMITED:
        commands += _starts(state, at, [n for n in state.waiting if n in state.wanted])
    if not commands and (end := _end(state, at)):
        commands.append(end)
    return commands


def _next_stage(
    state: SweepState, at: float, ranges: Ranges | None, evolver: Evolver | None
) -> Emit | None:
    if state.plan.evolution is not None:
        evolved = round_after(state, evolver, at)
        return Emit(event=evolved) if evolved is not None else None
    entry = entry_after(state, ranges)
    return Emit(event=StageEntered(at=at, entry=entry)) if entry is not None else None


def _starts(state: SweepState, at: float, waiting: Collection[int]) -> list[Command]:
    free = state.slots.next_free(len(waiting)) if state.slots.free else []
    return [
        Emit(
            event=AttemptStarted(
                at=at,
                trial=number,
                attempt=state.trials[number].next_attempt,
                slot=slot,
                device=DEVICE,
            )
        )
        for slot, number in zip(free, waiting, strict=False)
    ]


def _promotion(state: SweepState, at: float) -> Emit | None:
    """Promote a trial where a slot is free for it; it starts before what has never run."""
    free = state.slots.free
    if not free or (best := state.ladder.promotion()) is None:
        return None
    trials = (state.trials[n] for n in state.waiting)
    if free <= sum(t.wanted or bool(t.attempts) for t in trials):
        return None
    return Emit(
        event=RungPromoted(
            at=at,
            trial=best.trial,
            rung=best.rung,
            budget=best.budget,
            sentence=best.sentence,
        )
    )


def _proposals(state: SweepState, starting: int) -> list[Command]:
    wanted = wanted_proposals(state, starting)
    if wanted <= 0:
        return []
    state.asked += wanted
    return [Propose(count=wanted)]


def wanted_proposals(state: SweepState, starting: int) -> int:
    """How many more proposals to ask for, beyond those already asked."""
    if state.exhausted is not None:
        return 0
    ready = len(state.waiting) - starting + state.asked
    wanted = state.slots.free - starting + state.plan.prefetch - ready
    if state.trials_limit is not None:
        wanted = min(wanted, state.trials_limit - state.counted - state.asked)
    if (left := state.stage.left) is not None:
        wanted = min(wanted, left - state.asked)
    if wanted > 0 and (most := state.plan.max_in_flight) is not None:
        wanted = min(wanted, most - _in_flight(state) - state.asked)
    return wanted


def _in_flight(state: SweepState) -> int:
    """How many of the search's own trials wait or run."""
    return sum(state.trials[number].counted for number in (*state.waiting, *state.running))


def _end(state: SweepState, at: float) -> Emit | None:
    if state.running:
        return None
    match state.scheduling:
        case Scheduling.PAUSED:
            return None
        case Scheduling.DRAINING:
            return _ended(at, "stopped", "stopped by request")
        case Scheduling.LIMITED:
            word = "stopped" if state.limit == "failures" else "finished"
            return None if state.wanted else _ended(at, word, state.sentence)
    if state.waiting or state.asked or state.counts["paused"] or stage_is_open(state):
        return None
    if _awaits_a_person(state):
        return None
    return _ended(at, "finished", _all_done(state))


def _awaits_a_person(state: SweepState) -> bool:
    """Whether all trials come from a person, who may yet think of one, up to the limit."""
    limit = state.trials_limit
    return state.plan.method == "manual" and (limit is None or len(state.trials) < limit)


def _all_done(state: SweepState) -> str:
    limit = state.trials_limit
    if len(state.plan.stages) > 1 and len(state.stages) == len(state.plan.stages):
        word = "stages" if state.plan.evolution is None else "rounds"
        return f"all {len(state.plan.stages)} {word} are done"
    if limit is not None and state.plan.evolution is not None:
        following = state.plan.stages[len(state.stages)].name
        return f"the limit of {limit} trials leaves no room for the children of {following}"
    if state.plan.method == "manual":
        return f"all {len(state.trials)} trials are done"
    if limit is not None and state.counted >= limit:
        return f"all {limit} trials are done"
    return state.exhausted or f"all {state.counted} trials are done"


def _ended(at: float, word: str, sentence: str) -> Emit:
    return Emit(event=SweepEnded(at=at, state=word, sentence=sentence))

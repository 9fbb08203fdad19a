"""What to start next, what to ask of the search method, and when the sweep is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .commands import Command, Emit, Propose
from .devices import Demand
from .events import AttemptStarted, RungPromoted, StageEntered, SweepEnded
from .evolution import Evolver
from .evolving import round_after
from .limits import limit_reached
from .model import FailureKind, Trial
from .ranges import Ranges
from .staging import entry_after, stage_is_open
from .state import Scheduling, SweepState

CPU_NAME = "cpu"


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
        if (due := _promotion(state, at) or _start(state, at, state.waiting)) is not None:
            return [due]
        commands += _proposals(state)
        if not commands and (begun := _next_stage(state, at, ranges, evolver)):
            return [begun]
    if state.scheduling is Scheduling.LIMITED:
        wanted = (n for n in state.waiting if n in state.wanted)
        if (due := _start(state, at, wanted)) is not None:
            return [due]
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


def _start(state: SweepState, at: float, waiting: Iterable[int]) -> Emit | None:
    """Start the first trial that finds a slot and GPUs; what follows from that is asked anew."""
    due = next_start(state, waiting)
    if due is None:
        return None
    number, gpus = due
    trial = state.trials[number]
    return Emit(
        event=AttemptStarted(
            at=at,
            trial=number,
            attempt=trial.next_attempt,
            slot=state.slots.next_free(1)[0],
            device=state.gpus.names(gpus) if gpus else CPU_NAME,
            gpus=gpus,
            share=state.demands.of(trial).share if gpus else 0,
        )
    )


def next_start(state: SweepState, waiting: Iterable[int]) -> tuple[int, tuple[str, ...]] | None:
    """The first of these trials that would start now, and the GPUs it would get."""
    if not state.slots.free:
        return None
    demands, unfit = state.claims.waiting, set[Demand]()
    for number in waiting:
        demand = state.claims.demand(number)
        if demand in unfit:
            continue
        gpus = _gpus_for(state, state.trials[number], demand)
        if gpus is not None:
            return number, gpus
        unfit.add(demand)
        if len(unfit) == len(demands):
            return None
    return None


def _gpus_for(state: SweepState, trial: Trial, demand: Demand) -> tuple[str, ...] | None:
    if not demand.gpus:
        return ()
    return state.gpus.choose(demand, _kept(state, demand), avoid=_failed_on(trial))


def _kept(state: SweepState, demand: Demand) -> Collection[str]:
    return state.claims.kept_from(demand, state.gpus) if state.claims.starving else ()


def _failed_on(trial: Trial) -> tuple[str, ...]:
    """The GPUs that failed under its last attempt: rather others, where there are any."""
    last = trial.attempts[-1] if trial.attempts else None
    failed = last is not None and last.end is not None and last.end.outcome == FailureKind.DEVICE
    return last.gpus if last is not None and failed else ()


def places(state: SweepState) -> int:
    """How many more trials of the current stage could start now, those that wait aside."""
    demand = state.demands.of_stage(state.stage.plan.name)
    if not demand.gpus or not state.slots.free:
        return state.slots.free
    return min(state.slots.free, state.gpus.places(demand, _kept(state, demand)))


def _promotion(state: SweepState, at: float) -> Emit | None:
    """Promote a trial where there is room for it; it starts before what has never run."""
    if not state.ladder.rungs:
        return None
    free = places(state)
    if not free or (best := state.ladder.promotion()) is None:
        return None
    trials = (state.trials[n] for n in state.waiting)
    first = (t for t in trials if t.wanted or t.attempts)
    if free <= sum(_gpus_for(state, t, state.demands.of(t)) is not None for t in first):
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


def _proposals(state: SweepState) -> list[Command]:
    wanted = wanted_proposals(state)
    if wanted <= 0:
        return []
    state.asked += wanted
    return [Propose(count=wanted)]


def wanted_proposals(state: SweepState) -> int:
    """How many more proposals to ask for beyond those already asked, once all has started that
    could: what still waits finds no room, and leaves what room there is to others."""
    if state.exhausted is not None:
        return 0
    wanted = places(state) + max(0, state.plan.prefetch - len(state.waiting)) - state.asked
    if (room := proposals_left(state)) is not None:
        wanted = min(wanted, room - state.asked)
    if wanted > 0 and (most := state.plan.max_in_flight) is not None:
        wanted = min(wanted, most - in_flight(state) - state.asked)
    return wanted


def proposals_left(state: SweepState) -> int | None:
    """How many more trials the search may propose in this stage; None: no end is known."""
    if state.exhausted is not None:
        return 0
    limit = state.trials_limit
    by_limit = None if limit is None else limit - state.counted
    return min((n for n in (by_limit, state.stage.left) if n is not None), default=None)


def in_flight(state: SweepState) -> int:
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

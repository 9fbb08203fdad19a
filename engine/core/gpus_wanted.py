"""How many GPUs a sweep has a use for: what it may lease of a box that others share."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from .devices import WHOLE, Demand
from .model import Trial
from .scheduling import in_flight, proposals_left
from .state import Scheduling, SweepState

MOST = 1024
"""As many as no box has."""


def gpus_wanted(state: SweepState) -> int:
    """How many GPUs the sweep could use now, those its trials have among them.

    So many as its trials share, and one more at a time where those have no memory for what waits.
    """
    held = state.gpus.held()
    further = _further(state)
    if not further:
        return held
    counts: Counter[Demand] = Counter(further)
    for number, uuids in state.gpus.trials.items():
        counts[_demand(state, number, uuids)] += 1
    wanted = sum(_gpus_for(demand, count) for demand, count in counts.items())
    if not any(state.gpus.places(demand) for demand in further):
        wanted = max(wanted, held + min(demand.gpus for demand in further))
    return min(MOST, max(held, wanted))


def _gpus_for(demand: Demand, trials: int) -> int:
    if demand.share == WHOLE:
        return demand.gpus * trials
    return -(-trials // (WHOLE // demand.share))


def _demand(state: SweepState, trial: int, uuids: tuple[str, ...]) -> Demand:
    return Demand(gpus=len(uuids), share=state.gpus.trials_on(uuids[0])[trial])


def _further(state: SweepState) -> Counter[Demand]:
    """What would start, besides what runs, if there were any number of GPUs."""
    slots = MOST if state.auto_slots else state.slots.free
    if state.scheduling not in (Scheduling.OPEN, Scheduling.LIMITED):
        slots = 0
    waiting = (state.trials[number] for number in state.waiting)
    starting = list(islice((t for t in waiting if _may_start(state, t)), slots))
    found: Counter[Demand] = Counter(map(state.demands.of, starting))
    if state.scheduling is Scheduling.OPEN:
        here = state.demands.of_stage(state.stage.plan.name)
        found[here] += min(slots - len(starting), _new(state))
    return Counter({d: n for d, n in found.items() if d.gpus and n})


def _new(state: SweepState) -> int:
    """How many trials the search may yet propose, or a rung promote next."""
    left, most = proposals_left(state), state.plan.max_in_flight
    if most is not None:
        left = min(MOST if left is None else left, most - in_flight(state))
    promoted = state.ladder.promotion() is not None
    return MOST if left is None else max(int(promoted), left)


def _may_start(state: SweepState, trial: Trial) -> bool:
    return state.scheduling is Scheduling.OPEN or trial.number in state.wanted

"""GPUs told to people: what trials take, and why none start though some wait."""

from __future__ import annotations

from .devices import WHOLE, Demand, together
from .model import trial_name
from .state import Scheduling, SweepState

MOST_NAMED = 8


def taken(demand: Demand) -> str:
    """What a trial takes: 'no GPU', '2 GPUs', '25 % of a GPU'."""
    if not demand.gpus:
        return "no GPU"
    if demand.share < WHOLE:
        return f"{100 * demand.share / WHOLE:.3g} % of a GPU"
    return f"{demand.gpus} GPU{'s' * (demand.gpus != 1)}"


def why_none_starts(state: SweepState) -> list[str]:
    """Why trials wait that too few usable GPUs are there for, whatever comes free of these."""
    if state.scheduling is not Scheduling.OPEN or not state.gpus.standings:
        return []
    usable = len(state.gpus.all_usable())
    short = [demand for demand in state.claims.waiting if demand.gpus > usable]
    if not short:
        return []
    least = min(short, key=lambda demand: demand.gpus)
    first = min(state.claims.waiting[least])
    need = f"{trial_name(first)} waits for {taken(least)}"
    may = f"{usable or 'none'} may be used now"
    closed = "; ".join(_closed(state))
    return [f"{need}: {may}" + (f" ({closed})" if closed else "")]


def _closed(state: SweepState) -> list[str]:
    """Why GPUs take no trials, each reason with the GPUs that it keeps closed."""
    named: dict[str, list[str]] = {}
    for uuid, standing in state.gpus.standings.items():
        if not state.gpus.usable(uuid):
            why = state.gpus.excluded.get(uuid) or standing.reason or standing.state
            named.setdefault(why, []).append(standing.device.label)
    found = [f"{together(labels, MOST_NAMED)} {why}" for why, labels in named.items()]
    rest = len(found) - MOST_NAMED
    return found[:MOST_NAMED] + ([f"and {rest} more"] if rest > 0 else [])

"""As many slots as the GPUs have room for, where nobody said how many."""

from __future__ import annotations

from .devices import Demand
from .state import SweepState


def resize(state: SweepState) -> None:
    """Have as many slots as are needed for what runs, and for what the GPUs still have room for."""
    if not state.auto_slots:
        return
    count = auto_slots(state)
    if count != state.slots.count:
        state.slots.resize(count)


def auto_slots(state: SweepState) -> int:
    """How many trials could run at once on the GPUs the sweep may use.

    That is so many of the smallest demand there is, and those that hold no room on these GPUs. So
    no GPU is ever idle for want of a slot, whatever the stages take.
    """
    at_most = max(1, state.plan.slots)
    on_gpus, elsewhere, on_cpu = _holders(state)
    if not state.demands.of_stage(state.stage.plan.name).gpus:
        return at_most + on_gpus + elsewhere
    room = max(state.gpus.capacity(demand) for demand in _in_play(state))
    return room + elsewhere + min(on_cpu, at_most)


def _in_play(state: SweepState) -> set[Demand]:
    """What trials of this stage, those that wait or run, and leftovers take."""
    gpus = state.gpus
    found = {state.demands.of_stage(state.stage.plan.name), *state.claims.waiting}
    for number, uuids in gpus.trials.items():
        found.add(Demand(gpus=len(uuids), share=gpus.trials_on(uuids[0])[number]))
    for uuids, share in gpus.leftovers.values():
        found.add(Demand(gpus=len(uuids), share=share))
    return found


def _holders(state: SweepState) -> tuple[int, int, int]:
    """How many slots are held on usable GPUs, on others, and on the CPU."""
    gpus = state.gpus
    held = [*gpus.trials.values(), *(uuids for uuids, _ in gpus.leftovers.values())]
    on_gpus = sum(all(map(gpus.usable, uuids)) for uuids in held)
    slots = len(state.slots.owners().keys() | state.slots.blocked.keys())
    return on_gpus, len(held) - on_gpus, slots - len(held)

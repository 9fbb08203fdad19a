"""How people name GPUs: '2', 'gpu2', 'gpu2:1', a UUID or the beginning of one."""

from __future__ import annotations

from .gpus import Gpus

SHORTEST = 8
"""Characters of a UUID that will do."""


def find_gpu(gpus: Gpus, name: str) -> str | None:
    """The UUID of the GPU that somebody means; None where there is no such one, or several."""
    standings = gpus.standings
    if name in standings:
        return name
    label = (name if name.lower().startswith("gpu") else f"gpu{name}").lower()
    called = [uuid for uuid, standing in standings.items() if standing.device.label == label]
    if called:
        return min(called, key=lambda uuid: standings[uuid].state == "gone")
    begun = [uuid for uuid in standings if uuid.startswith(name)]
    return begun[0] if len(name) >= SHORTEST and len(begun) == 1 else None


def known_gpus(gpus: Gpus) -> str:
    """All there are, to choose from: 'gpu0, gpu1'."""
    there = [s.device.label for s in gpus.standings.values() if s.state != "gone"]
    return ", ".join(there) or "none"

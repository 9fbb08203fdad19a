"""Memory of trials on GPUs whose driver lists no processes, as it does not inside containers."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from .attribution import Found, Running
from .base import Key
from .sample import Look, is_error

LEAST = 64 * 2**20
"""Less than this no process takes that computes."""


class Unlisted:
    """Compares what is used of a GPU with the least that was used while no trial was there.

    So a trial that the driver does not list yet is not taken for one that needs next to nothing.
    """

    def __init__(self) -> None:
        self._idle: dict[str, int] = {}

    def count(self, found: Found, look: Look, running: Mapping[Key, Running]) -> Found:
        """Count what is used of a GPU without listed processes as its trials', in equal parts."""
        held = {uuid: dict(by_key) for uuid, by_key in found.held.items()}
        readings = dict(found.readings)
        for gpu in look.gpus:
            if gpu.processes or gpu.mem_used is None or is_error(gpu.missing.get("processes")):
                continue
            there = [key for key, one in running.items() if gpu.uuid in one.gpus]
            part = self._beyond_idle(gpu.uuid, gpu.mem_used, len(there))
            if part < LEAST:
                continue
            held[gpu.uuid] = dict.fromkeys(there, part)
            for key in there:
                reading = readings[key]
                readings[key] = replace(reading, memory=(reading.memory or 0) + part)
        return replace(found, held=held, readings=readings)

    def _beyond_idle(self, uuid: str, used: int, trials: int) -> int:
        """What each of so many trials takes of the bytes that are used."""
        if not trials:
            self._idle[uuid] = min(used, self._idle.get(uuid, used))
            return 0
        return (used - self._idle.get(uuid, 0)) // trials

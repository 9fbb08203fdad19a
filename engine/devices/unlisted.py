"""Memory of trials on GPUs whose driver lists no processes, as it does not inside containers."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from .attribution import Found, Running
from .base import Key
from .sample import Look


def with_unlisted(found: Found, look: Look, running: Mapping[Key, Running]) -> Found:
    """Count what is used of a GPU without listed processes as its trials', in equal parts."""
    held = {uuid: dict(by_key) for uuid, by_key in found.held.items()}
    readings = dict(found.readings)
    for gpu in look.gpus:
        there = [key for key, one in running.items() if gpu.uuid in one.gpus]
        if gpu.processes or gpu.mem_used is None or not there:
            continue
        part = gpu.mem_used // len(there)
        held[gpu.uuid] = dict.fromkeys(there, part)
        for key in there:
            reading = readings[key]
            readings[key] = replace(reading, memory=(reading.memory or 0) + part)
    return replace(found, held=held, readings=readings)

"""The CPU as a device: what trials without a GPU run on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import psutil

from engine.core.views import DeviceView

from .base import DeviceMonitor, Key, Reading
from .processes import Census

CORE_STEP = 5
"""Percent in steps of which the load of each core is shown."""
_SHORTEST_S = 0.5
"""A share over less time than this says nothing: CPU time is counted in ticks."""


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


class CpuMonitor(DeviceMonitor):
    """Utilisation of the usable cores, of the machine's memory, and of both by each attempt.

    A slot's share is its part of the usable cores, and one core at least. An attempt that uses
    more than its share is above 100 %.
    """

    def __init__(self) -> None:
        self._cores = sorted(os.sched_getaffinity(0))
        self._before: dict[tuple[Key, int], tuple[float, float]] = {}
        self._times = self._busy_and_all()
        self._census = Census()

    def sample(self) -> list[DeviceView]:
        """One device, 'cpu'; utilisation in percent since the last sample."""
        before, self._times = self._times, self._busy_and_all()
        passed = [
            (busy - was_busy, every - was_every)
            for (busy, every), (was_busy, was_every) in zip(self._times, before, strict=True)
        ]
        busy_s, all_s = (sum(seconds) for seconds in zip(*passed, strict=True))
        memory = psutil.virtual_memory()
        return [
            DeviceView(
                id="cpu",
                name=f"CPU, {len(self._cores)} cores",
                util=round(_load(busy_s, all_s), 1) if all_s > 0 else None,
                mem_used=memory.total - memory.available,
                mem_total=memory.total,
                cores=len(self._cores),
                load=round(os.getloadavg()[0], 1),
                per_core=[
                    float(round(_load(*core) / CORE_STEP) * CORE_STEP) if core[1] > 0 else 0.0
                    for core in passed
                ],
            )
        ]

    def _busy_and_all(self) -> list[tuple[float, float]]:
        """The seconds that each usable core has worked, and all it had.

        psutil's own percentages are since the last call of the same thread.
        """
        cores = psutil.cpu_times(percpu=True)
        ours = [cores[core] if core < len(cores) else None for core in self._cores]
        return [_seconds(times) if times is not None else (0.0, 0.0) for times in ours]

    def readings(self, runners: Mapping[Key, int], slots: int, now: float) -> dict[Key, Reading]:
        found = self._census.look(runners.values()) if runners else {}
        share = max(1.0, len(self._cores) / max(1, slots))
        before, self._before = self._before, {}
        readings = {}
        for key, pid in runners.items():
            if (tree := found.get(pid)) is None:
                continue
            self._before[key, pid] = now, tree.cpu_s
            since = before.get((key, pid), (tree.started_s, 0.0))
            util = _percent(since, now, tree.cpu_s, share)
            readings[key] = Reading(util=util, memory=tree.memory)
        return readings


def _percent(before: tuple[float, float], now: float, cpu_s: float, share: float) -> float | None:
    """Percent of a share of the cores that were busy since; None where that is too short a time."""
    passed_s = now - before[0]
    if passed_s < _SHORTEST_S:
        return None
    return max(0.0, cpu_s - before[1]) / passed_s / share * 100


def _load(busy_s: float, all_s: float) -> float:
    return min(1.0, max(0.0, busy_s / all_s)) * 100


def _seconds(t: Any) -> tuple[float, float]:
    every = t.user + t.nice + t.system + t.idle + t.iowait + t.irq + t.softirq
    return every - t.idle - t.iowait, every

"""The CPU as a device: what trials without a GPU run on."""

from __future__ import annotations

import os

import psutil

from engine.core.views import DeviceView

from .base import DeviceMonitor


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


class CpuMonitor(DeviceMonitor):
    """Utilisation of the usable cores, and of the machine's memory."""

    def __init__(self) -> None:
        self._cores = sorted(os.sched_getaffinity(0))
        psutil.cpu_percent(percpu=True)

    def sample(self) -> list[DeviceView]:
        """One device, 'cpu'; utilisation in percent since the last sample."""
        loads = psutil.cpu_percent(percpu=True)
        ours = [loads[core] for core in self._cores if core < len(loads)]
        memory = psutil.virtual_memory()
        return [
            DeviceView(
                id="cpu",
                name=f"CPU, {len(self._cores)} cores",
                util=round(sum(ours) / len(ours), 1) if ours else None,
                mem_used=memory.total - memory.available,
                mem_total=memory.total,
            )
        ]

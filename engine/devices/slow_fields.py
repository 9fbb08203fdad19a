"""What of a GPU is looked at only every few looks: nobody places or stops a trial by it at once."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from .driver_calls import Calls
from .sample import UNSUPPORTED, GpuProcess

EVERY = 5
"""So many looks apart."""
_UNCORRECTED, _SINCE_BOOT = 1, 0
_SM_CLOCK, _MEMORY_CLOCK = 1, 2
_THROTTLE = {
    0x4: "power limit",
    0x8: "hardware slowdown",
    0x10: "in step with another GPU",
    0x20: "heat",
    0x40: "heat, by hardware",
    0x80: "power brake",
    0x200: "board limit",
    0x400: "reliability",
}
"""By nvmlClocksEventReason. Idling, and clocks that somebody asked for, hold nothing up."""


class SlowFields(Struct, frozen=True, kw_only=True):
    """As in `GpuSample`; `drawing` are the processes that only draw, as a desktop does."""

    sm_clock: float | None = None
    mem_clock: float | None = None
    throttle: tuple[str, ...] = ()
    ecc: int | None = None
    drawing: tuple[GpuProcess, ...] = ()
    missing: dict[str, str] = field(default_factory=dict)


def read_slow_fields(nvml: Any, handle: Any, *, instance: bool, processes: bool) -> SlowFields:
    """Look at them now; `processes`: the device lists its own. Raises BoxError."""
    calls = Calls(nvml, instance=instance)
    sm_clock = calls.take("sm_clock", "nvmlDeviceGetClockInfo", handle, _SM_CLOCK)
    mem_clock = calls.take("mem_clock", "nvmlDeviceGetClockInfo", handle, _MEMORY_CLOCK)
    ecc = calls.take("ecc", "nvmlDeviceGetTotalEccErrors", handle, _UNCORRECTED, _SINCE_BOOT)
    throttle = _throttle(calls, handle)
    drawing = running(Calls(nvml), handle, "Graphics") if processes else ()
    return SlowFields(
        sm_clock=None if sm_clock is None else float(sm_clock),
        mem_clock=None if mem_clock is None else float(mem_clock),
        throttle=throttle,
        ecc=ecc,
        drawing=drawing,
        missing=calls.missing,
    )


def running(calls: Calls, handle: Any, kind: str) -> tuple[GpuProcess, ...]:
    """One of the driver's lists of processes, in the newest version that it has."""
    call = f"nvmlDeviceGet{kind}RunningProcesses"
    listed = calls.take("processes", f"{call}_v3", handle)
    if listed is None and calls.missing["processes"] == UNSUPPORTED:
        del calls.missing["processes"]
        listed = calls.take("processes", f"{call}_v2", handle)
    graphics = kind == "Graphics"
    return tuple(
        GpuProcess(pid=one.pid, memory=one.usedGpuMemory, graphics=graphics) for one in listed or ()
    )


def _throttle(calls: Calls, handle: Any) -> tuple[str, ...]:
    """Why it runs slower than it could. Drivers before 535 know the call by its old name."""
    reasons = calls.take("throttle", "nvmlDeviceGetCurrentClocksEventReasons", handle)
    if calls.missing.get("throttle") == UNSUPPORTED:
        del calls.missing["throttle"]
        reasons = calls.take("throttle", "nvmlDeviceGetCurrentClocksThrottleReasons", handle)
    return tuple(word for bit, word in _THROTTLE.items() if (reasons or 0) & bit)

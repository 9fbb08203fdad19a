"""XID errors: what the driver reports of a GPU that misbehaves, and which of them mean hardware.

Numbers and what to do about them: NVIDIA's XID catalogue,
https://docs.nvidia.com/deploy/xid-errors/analyzing-xid-catalog.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any

HARDWARE = {
    46: "it stopped processing",
    48: "a memory error that could not be corrected",
    62: "its microcontroller halted",
    64: "a bad row of memory could not be remapped",
    74: "an NVLink error",
    79: "it has fallen off the bus",
    95: "a memory error that could not be contained",
    110: "a security fault",
    119: "its system processor does not answer",
    120: "its system processor failed",
    136: "its links could not be trained",
    140: "memory errors that could not be recovered from",
    143: "it could not be initialised",
    155: "an NVLink is down by software",
    156: "it ran out of rows to remap",
    158: "its memory has timed out",
}
"""Those that ask for a reset, a restart of the machine, or a repair, and what they say. The others
are a program's own faults (13, 31, 43, 45, 68, 69, 94, ...), or tell of what was put right (63)."""

HOLD_S = 60.0
"""How long after such an error a GPU counts as broken: they tend to come again."""
_WAIT_MS = 1000


class Xids:
    """Listens in a thread of its own, which may hang in the driver and goes with its process."""

    def __init__(self, nvml: Any, handles: Iterable[Any]) -> None:
        self._nvml = nvml
        self._faults: dict[str, tuple[str, float]] = {}
        events = nvml.nvmlEventSetCreate()
        heard = [self._register(handle, events) for handle in handles]
        if any(heard):
            threading.Thread(target=self._listen, args=(events,), daemon=True).start()

    def fault(self, uuid: str) -> str | None:
        """Say what a GPU reported of late: 'XID 79: it has fallen off the bus'."""
        text, at = self._faults.get(uuid, ("", 0.0))
        return text if text and time.monotonic() - at < HOLD_S else None

    def _register(self, handle: Any, events: Any) -> bool:
        try:
            kind = self._nvml.nvmlEventTypeXidCriticalError
            self._nvml.nvmlDeviceRegisterEvents(handle, kind, events)
        except self._nvml.NVMLError:
            return False
        return True

    def _listen(self, events: Any) -> None:
        while True:
            try:
                event = self._nvml.nvmlEventSetWait_v2(events, _WAIT_MS)
                self._take(event.device, int(event.eventData))
            except self._nvml.NVMLError as error:
                if error.value != self._nvml.NVML_ERROR_TIMEOUT:
                    time.sleep(_WAIT_MS / 1000)

    def _take(self, device: Any, code: int) -> None:
        if code in HARDWARE:
            uuid = self._nvml.nvmlDeviceGetUUID(device)
            self._faults[uuid] = (f"XID {code}: {HARDWARE[code]}", time.monotonic())

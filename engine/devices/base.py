"""The contract of a device monitor."""

from __future__ import annotations

from abc import ABC, abstractmethod

from engine.core.views import DeviceView


class DeviceMonitor(ABC):
    """Says how loaded the devices are. `sample` may block for milliseconds; one thread calls it."""

    @abstractmethod
    def sample(self) -> list[DeviceView]:
        """The devices now; `trials` is left empty for the runtime to fill."""

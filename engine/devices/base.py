"""The contracts of a device monitor, and of leases of GPUs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from msgspec import Struct

from engine.core.views import DeviceView

Key = tuple[int, int]
"""A trial and its attempt, by their numbers."""


class Reading(Struct, frozen=True, kw_only=True):
    """What the processes of one attempt use of their device.

    `util` is in percent of a GPU, or of a slot's share of the cores; None: not known yet, or never.
    `memory` is in bytes, on the device.
    """

    util: float | None = None
    memory: int | None = None


class DeviceMonitor(ABC):
    """Says how loaded the devices are, and by which attempts.

    Both methods may block for milliseconds; one thread at a time calls them.
    """

    @abstractmethod
    def sample(self) -> list[DeviceView]:
        """The devices now; `trials` is left empty for the runtime to fill."""

    @abstractmethod
    def readings(self, runners: Mapping[Key, int], slots: int, now: float) -> dict[Key, Reading]:
        """What each attempt uses, from the last look, or its start, until `now`.

        `now` is in seconds since the machine was started (CLOCK_BOOTTIME). `runners` holds the
        process that each attempt's tree hangs from; `slots` share the device.
        What could not be looked at is left out.
        """


class Leases(ABC):
    """Which GPUs are this sweep's alone, among all sweeps of the box.

    No call waits for a lease; each costs microseconds. One thread at a time calls them.
    """

    @property
    @abstractmethod
    def held(self) -> frozenset[str]:
        """The UUIDs of the GPUs that are leased to this sweep."""

    @abstractmethod
    def take(self, uuid: str) -> str | None:
        """Lease a GPU; None: it is ours. Else a sentence's end: 'leased by sweep digits of ann'."""

    @abstractmethod
    def whose(self, uuid: str) -> str | None:
        """Whose a GPU is that is not ours: 'sweep digits of ann'; None: nobody's."""

    @abstractmethod
    def check(self) -> None:
        """Find out whether the leases held still count; take anew, or lose, those that do not."""

    @abstractmethod
    def give_back(self, uuid: str) -> None:
        """Let others have a GPU; one that is not leased is left alone."""

    @abstractmethod
    def close(self) -> None:
        """Give all back, save what runners hold."""

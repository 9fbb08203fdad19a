"""What trials and devices did over time, as a viewer draws it: a row a point."""

from __future__ import annotations

from msgspec import Struct


class UsagePoint(Struct, frozen=True, array_like=True):
    """What an attempt used at a time: percent of its device, bytes there, percent of its
    share of the cores. None: not known."""

    at: float
    util: float | None
    memory: int | None
    cpu: float | None = None


Usage = list[UsagePoint]
"""What a trial used, oldest first."""


class DevicePoint(Struct, frozen=True, array_like=True):
    """A device at a time: percent, bytes, degrees Celsius, watts. None: it did not say."""

    at: float
    util: float | None
    mem_used: int | None
    temperature: float | None
    power: float | None

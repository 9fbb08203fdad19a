"""How the devices were used since the viewer came: a ring of means over a few seconds each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import floor

from msgspec import Struct

from engine.core.views import DeviceView

BUCKET_S = 5.0
"""What one sample stands for, in seconds."""
KEPT = 720
"""Samples kept of a device: an hour."""


class Sample(Struct, frozen=True, kw_only=True):
    """Means over the `BUCKET_S` seconds from `at`, of `count` looks. None: the device is silent.

    `util` in percent, `memory` in bytes, `temperature` in degrees Celsius, `power` in watts.
    """

    at: float
    count: int = 1
    util: float | None = None
    memory: float | None = None
    temperature: float | None = None
    power: float | None = None


class Track(Struct, frozen=True):
    """One device's samples, oldest first, and the one that is still being made."""

    past: tuple[Sample, ...] = ()
    now: Sample | None = None

    @property
    def samples(self) -> tuple[Sample, ...]:
        """All samples, the unfinished one too."""
        return (*self.past, self.now) if self.now is not None else self.past


Tracks = Mapping[str, Track]
"""Tracks by the devices' ids."""


def noted(tracks: Tracks, devices: Iterable[DeviceView], at: float) -> Tracks:
    """Give the tracks after a look at the devices at the time `at`."""
    looks = {device.id: _look(device, at) for device in devices}
    return {**tracks, **{id: _after(tracks.get(id, Track()), look) for id, look in looks.items()}}


def latest(track: Track, count: int, value: Callable[[Sample], float | None]) -> list[float | None]:
    """Give a device's last `count` whole samples, oldest first; None where there is none."""
    if not track.past:
        return [None] * count
    last = round(track.past[-1].at / BUCKET_S)
    found: list[float | None] = [None] * count
    for sample in track.past[-count:]:
        place = count - 1 - (last - round(sample.at / BUCKET_S))
        if place >= 0:
            found[place] = value(sample)
    return found


def _look(device: DeviceView, at: float) -> Sample:
    return Sample(
        at=floor(at / BUCKET_S) * BUCKET_S,
        util=device.util,
        memory=device.mem_used,
        temperature=device.temperature,
        power=device.power,
    )


def _after(track: Track, look: Sample) -> Track:
    now = track.now
    if now is None:
        return Track(track.past, look)
    if look.at > now.at:
        return Track((*track.past, now)[-KEPT:], look)
    count = now.count + 1
    return Track(
        track.past,
        Sample(
            at=now.at,
            count=count,
            util=_mean(now.util, look.util, count),
            memory=_mean(now.memory, look.memory, count),
            temperature=_mean(now.temperature, look.temperature, count),
            power=_mean(now.power, look.power, count),
        ),
    )


def _mean(mean: float | None, value: float | None, count: int) -> float | None:
    """The mean of `count` values, from that of all but the last."""
    if mean is None or value is None:
        return value if mean is None else mean
    return mean + (value - mean) / count

"""How a device was, over the sweep's time."""

from __future__ import annotations

from operator import attrgetter

from engine.errors import NotFoundError
from engine.protocol.messages import DevicePoint, GetDeviceHistory
from engine.server.downsample import thin_rows
from engine.text import clean

from .base import Viewer

_VALUES = tuple(map(attrgetter, ("util", "mem_used", "temperature", "power")))


async def get_device_history(viewer: Viewer, request: GetDeviceHistory) -> list[DevicePoint]:
    """Give a device's history, thinned to what the viewer draws."""
    samples = await viewer.source.device_history(request.device, request.since)
    known = [device.id for device in viewer.source.status().devices]
    if not samples and request.device not in known:
        name = clean(request.device, limit=40)
        there_are = f": there are {', '.join(known)}" if known else ""
        raise NotFoundError(f"no device {name!r} in this sweep{there_are}")
    points = [
        DevicePoint(
            at=s.at, util=s.util, mem_used=s.mem_used, temperature=s.temperature, power=s.power
        )
        for s in samples
    ]
    return points if request.points is None else thin_rows(points, request.points, _VALUES)

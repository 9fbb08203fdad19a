"""The devices of a sweep at rest: which there were, and when they were last looked at."""

from __future__ import annotations

import time

from engine.core.devices import Device
from engine.core.events import DevicesChanged
from engine.core.views import DeviceView
from engine.store.base import StoreReader

CHANGING = (str(DevicesChanged.__struct_config__.tag),)


def last_seen(reader: StoreReader) -> list[DeviceView]:
    """Every device that was ever looked at; what it did then is in its history, not here."""
    seen = reader.devices_seen()
    known = _known(reader) if seen else {}
    return [_view(label, at, known.get(label)) for label, at in seen.items()]


def _known(reader: StoreReader) -> dict[str, Device]:
    """The GPUs by label, as they were last told of."""
    found: dict[str, Device] = {}
    for logged in reader.events(CHANGING):
        if isinstance(logged.event, DevicesChanged):
            found |= {standing.device.label: standing.device for standing in logged.event.standings}
    return found


def _view(label: str, at: float, device: Device | None) -> DeviceView:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
    return DeviceView(
        id=label,
        name=device.name if device is not None else label.upper(),
        mem_total=device.memory if device is not None else None,
        uuid=device.uuid if device is not None else None,
        state="stale",
        reason=f"last looked at {when}",
    )

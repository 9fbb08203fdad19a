"""Which GPUs and MIG instances there are, as NVIDIA's library numbers them: in PCI order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from .driver_calls import Calls, none_permitted
from .slow_fields import SlowFields

_MIG_ENABLED = 1


class Device(Struct, kw_only=True):
    """A GPU, or a MIG instance, and what of it seldom changes.

    `fault` is why it could not even be asked who it is; `missing` is as in `GpuSample`.
    """

    handle: Any
    uuid: str
    label: str
    name: str = ""
    parent: str | None = None
    power_limit: float | None = None
    mig: bool = False
    fault: str | None = None
    missing: dict[str, str] = field(default_factory=dict)
    sampled_us: int = 0
    """When the newest sample of its processes' utilisation was taken."""
    slow: SlowFields | None = None
    """As last looked at."""


def enumerate_devices(nvml: Any, count: int, before: Iterable[Device]) -> Iterable[Device]:
    """Find the GPUs, each followed by its instances, but for those that this user may not use.

    Raises BoxError where the driver is gone, or there are GPUs and all are others'.
    """
    known = {device.label: device for device in before}
    found = [_whole(nvml, index, known) for index in range(count)]
    if count and not any(found):
        raise none_permitted()
    for whole in filter(None, found):
        yield whole
        if whole.mig:
            yield from _instances(nvml, whole, known)


def _whole(nvml: Any, index: int, known: Mapping[str, Device]) -> Device | None:
    """Find the GPU at an index. One that is lost does not say who it is: it keeps its identity.

    None: the driver counts it, but lets this user not use it, nor did it before.
    """
    label = f"gpu{index}"
    before = known.get(label) or Device(handle=None, uuid=label, label=label)
    calls = Calls(nvml)
    handle = calls.take("uuid", "nvmlDeviceGetHandleByIndex", index)
    uuid = None if handle is None else calls.take("uuid", "nvmlDeviceGetUUID", handle)
    if uuid is None:
        if calls.is_refused and label not in known:
            return None
        fault = calls.fault or f"cannot be asked: {calls.missing['uuid']}"
        return Device(handle=None, uuid=before.uuid, label=label, name=before.name, fault=fault)
    name = calls.take("name", "nvmlDeviceGetName", handle)
    limit = calls.take("power_limit", "nvmlDeviceGetEnforcedPowerLimit", handle)
    return Device(
        handle=handle,
        uuid=uuid,
        label=label,
        name=name or "",
        power_limit=None if limit is None else limit / 1000,
        mig=_is_cut(nvml, handle),
        missing=calls.missing,
        sampled_us=before.sampled_us,
        slow=before.slow if before.uuid == uuid else None,
    )


def _is_cut(nvml: Any, handle: Any) -> bool:
    """Whether a GPU is in MIG mode now; most cannot be."""
    mode = Calls(nvml).take("mig", "nvmlDeviceGetMigMode", handle)
    return mode is not None and mode[0] == _MIG_ENABLED


def _instances(nvml: Any, whole: Device, known: Mapping[str, Device]) -> Iterable[Device]:
    """Find a GPU's instances; their numbers have gaps where some were destroyed."""
    calls = Calls(nvml, instance=True)
    for index in range(calls.take("mig", "nvmlDeviceGetMaxMigDeviceCount", whole.handle) or 0):
        handle = calls.take("mig", "nvmlDeviceGetMigDeviceHandleByIndex", whole.handle, index)
        uuid = None if handle is None else calls.take("uuid", "nvmlDeviceGetUUID", handle)
        if uuid is not None:
            name = calls.take("name", "nvmlDeviceGetName", handle)
            label = f"{whole.label}:{index}"
            before = known.get(label)
            yield Device(
                handle=handle,
                uuid=uuid,
                label=label,
                name=name or whole.name,
                parent=whole.uuid,
                slow=before.slow if before is not None and before.uuid == uuid else None,
            )

"""NVIDIA's driver, looked at through its library: the only file that imports pynvml.

Any call may hang: this runs in a process of its own (`engine.devices.watch`).
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import Any

from .driver_calls import BoxError, Calls, box_error
from .enumeration import Device, enumerate_devices
from .sample import UNSUPPORTED, GpuProcess, GpuSample, Look
from .slow_fields import EVERY, SlowFields, read_slow_fields, running
from .xids import Xids

ENUMERATE = 10
"""Every so many looks it is looked at what there is: names, power limits, MIG instances."""
_RECENT_US = 1_500_000
"""How far back the first look at the utilisation of processes goes."""
_FIRST_PID_NAMESPACE = 0xEFFFFFFC
"""The inode of the machine's own pid namespace (Linux, include/linux/proc_ns.h)."""
_TEMPERATURE_OF_GPU = 0
_NOT_FOUND = 6


class Nvml:
    """The driver, open as long as this process lives. One thread at a time looks."""

    def __init__(self) -> None:
        """Raises BoxError where there is no driver that can be used."""
        import pynvml

        self._nvml: Any = pynvml
        self._devices: list[Device] = []
        self._looks = 0
        try:
            pynvml.nvmlInit()
            self._driver = str(pynvml.nvmlSystemGetDriverVersion())
            self._count = int(pynvml.nvmlDeviceGetCount())
        except pynvml.NVMLError as error:
            raise box_error(error) from error
        cuda = Calls(pynvml).take("cuda", "nvmlSystemGetCudaDriverVersion_v2")
        self._cuda = f"{cuda // 1000}.{cuda % 1000 // 10}" if cuda else ""
        self._xids = self._listen()
        self._sees_all_pids = _in_first_pid_namespace()
        self._pids: frozenset[int] = frozenset()
        self._own_pids = True

    def look(self) -> Look:
        """Look at every GPU. Raises BoxError where the driver is gone."""
        if self._looks % ENUMERATE == 0:
            self._devices = list(enumerate_devices(self._nvml, self._count, self._devices))
        self._looks += 1
        gpus = tuple(self._sample(n, device) for n, device in enumerate(self._devices))
        return Look(
            at=time.clock_gettime(time.CLOCK_BOOTTIME),
            driver=self._driver,
            cuda=self._cuda,
            gpus=gpus,
            own_pids=self._sees_all_pids or self._are_own(gpus),
        )

    def _are_own(self, gpus: tuple[GpuSample, ...]) -> bool:
        """Whether the driver's pids are this process's, found out whenever they are others."""
        pids = frozenset(process.pid for gpu in gpus for process in gpu.processes)
        if pids != self._pids:
            self._pids, self._own_pids = pids, _are_here(pids)
        return self._own_pids

    def _listen(self) -> Xids | None:
        """Listen for XID errors, where the driver tells of them."""
        handles = []
        for index in range(self._count):
            with suppress(self._nvml.NVMLError):
                handles.append(self._nvml.nvmlDeviceGetHandleByIndex(index))
        try:
            return Xids(self._nvml, handles)
        except (self._nvml.NVMLError, AttributeError):
            return None

    def _memory(self, calls: Calls, handle: Any) -> Any:
        """Count as nvidia-smi does, without what the driver keeps for itself, where it can tell."""
        version = getattr(self._nvml, "nvmlMemory_v2", None)
        if version is not None:
            memory = calls.take("mem_used", "nvmlDeviceGetMemoryInfo", handle, version)
            if memory is not None or calls.missing["mem_used"] != UNSUPPORTED:
                return memory
            del calls.missing["mem_used"]
        return calls.take("mem_used", "nvmlDeviceGetMemoryInfo", handle)

    def _sample(self, place: int, device: Device) -> GpuSample:
        if device.handle is None:
            return GpuSample(
                uuid=device.uuid, label=device.label, name=device.name, fault=device.fault
            )
        calls, handle = Calls(self._nvml, instance=device.parent is not None), device.handle
        util = calls.take("util", "nvmlDeviceGetUtilizationRates", handle)
        memory = self._memory(calls, handle)
        power = calls.take("power", "nvmlDeviceGetPowerUsage", handle)
        heat = calls.take("temperature", "nvmlDeviceGetTemperature", handle, _TEMPERATURE_OF_GPU)
        slow = self._slow_fields(place, device)
        processes = () if device.mig else self._processes(calls, device, slow)
        xid = self._xids.fault(device.parent or device.uuid) if self._xids else None
        return GpuSample(
            uuid=device.uuid,
            label=device.label,
            name=device.name,
            parent=device.parent,
            util=None if util is None else float(util.gpu),
            mem_used=None if memory is None else int(memory.used),
            mem_total=None if memory is None else int(memory.total),
            temperature=None if heat is None else float(heat),
            power=None if power is None else power / 1000,
            power_limit=device.power_limit,
            sm_clock=slow.sm_clock,
            mem_clock=slow.mem_clock,
            throttle=slow.throttle,
            ecc=slow.ecc,
            processes=processes,
            missing={**device.missing, **slow.missing, **calls.missing},
            fault=calls.fault or xid,
        )

    def _slow_fields(self, place: int, device: Device) -> SlowFields:
        """Those of the last time, or now where it is time: not for all devices in one look."""
        if device.slow is None or (self._looks + place) % EVERY == 0:
            device.slow = read_slow_fields(
                self._nvml,
                device.handle,
                instance=device.parent is not None,
                processes=not device.mig,
            )
        return device.slow

    def _processes(self, calls: Calls, device: Device, slow: SlowFields) -> tuple[GpuProcess, ...]:
        """The processes that have a context there, each once, by their pids.

        The list of those that compute must be there, in some version.
        """
        mps = running(Calls(self._nvml), device.handle, "MPSCompute")
        compute = running(calls, device.handle, "Compute")
        found = {one.pid: one for one in (*slow.drawing, *mps, *compute)}
        utils = self._utils(device, set(found)) if found else {}
        return tuple(
            GpuProcess(pid=pid, memory=one.memory, util=utils.get(pid), graphics=one.graphics)
            for pid, one in sorted(found.items())
        )

    def _utils(self, device: Device, pids: set[int]) -> dict[int, float]:
        """Percent of the GPU's time by process; empty where the driver does not say.

        It tells of those alone that did anything. In containers some drivers tell of them by other
        pids than they list: then it is not known whose they are.
        """
        nvml = self._nvml
        since = asked_since_us(device.sampled_us, int(time.time() * 1e6))
        try:
            samples = nvml.nvmlDeviceGetProcessUtilization(device.handle, since)
        except nvml.NVMLError as error:
            return dict.fromkeys(pids, 0.0) if error.value == _NOT_FOUND else {}
        newest: dict[int, Any] = {}
        for one in samples:
            if one.pid not in newest or one.timeStamp >= newest[one.pid].timeStamp:
                newest[one.pid] = one
        device.sampled_us = max((one.timeStamp for one in newest.values()), default=since)
        seen = {pid: float(one.smUtil) for pid, one in newest.items() if one.smUtil <= 100}
        if newest and pids.isdisjoint(newest):
            return {}
        return {**dict.fromkeys(pids - newest.keys(), 0.0), **seen}


def asked_since_us(sampled_us: int, now_us: int) -> int:
    """From when on samples are asked for: the newest there was, unless the clock was set back."""
    return sampled_us if 0 < sampled_us <= now_us else now_us - _RECENT_US


def _in_first_pid_namespace() -> bool:
    try:
        return os.stat("/proc/self/ns/pid").st_ino == _FIRST_PID_NAMESPACE
    except OSError:
        return False


def _are_here(pids: frozenset[int]) -> bool:
    """Whether these pids mean something to this process: some drivers tell a container its own.

    A few may have ended since, or have the number of another process by chance.
    """
    here = sum(os.path.exists(f"/proc/{pid}") for pid in pids)
    return 2 * here >= len(pids)


__all__ = ["BoxError", "Nvml"]

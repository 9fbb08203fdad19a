"""Looks at the devices: how loaded they are, by which trials, and where trials may be placed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from engine.core.attempt import Attempt
from engine.core.views import DeviceView
from engine.devices.base import DeviceMonitor, Key, Reading
from engine.devices.thinning import DEVICE_S, Thinning, apart_s
from engine.devices.usage import Usages
from engine.gpu_keeping import GpuKeeping
from engine.publisher import Commit
from engine.runtime import Runtime
from engine.store.base import DeviceSample, UsageSample
from engine.text import clean

log = logging.getLogger("engine")

SAMPLE_S = 1.0
IDLE_SAMPLE_S = 5.0
"""How often devices are looked at while nothing runs."""
USAGE_S = 2.0
"""How often the trials' use of the CPU is looked at, and where they run on GPUs, the CPU itself."""
USAGE_COST = 50.0
"""A look at that is followed by a pause so many times as long: 2 % of a core at most."""


class Measuring:
    """Samples the CPU in a thread and takes what looks at the GPUs found; tells viewers, and the
    store, what is new.

    `make` makes the CPU's monitor, in that thread too. `keeping` is given where trials run on GPUs.
    """

    def __init__(
        self,
        runtime: Runtime,
        make: Callable[[], DeviceMonitor],
        clock: Callable[[], float],
    ) -> None:
        self.devices: list[DeviceView] = []
        self.usages = Usages()
        self.keeping: GpuKeeping | None = None
        self._runtime = runtime
        self._make = make
        self._clock = clock
        self._thinning = Thinning()
        self._on_cpu: dict[Key, Reading] = {}
        self._on_gpus: dict[Key, Reading] = {}
        self._next_usage = 0.0
        self._stirred = asyncio.Event()
        self._complaint = ""

    async def run(self) -> None:
        """Look until cancelled."""
        monitor = await asyncio.to_thread(self._make)
        unwatch = self._runtime.publisher.watch(self._stir)
        try:
            while True:
                await self._pause()
                await self._look(monitor)
        finally:
            unwatch()

    # Pace -------------------------------------------------------------------------------------

    async def _pause(self) -> None:
        """Wait for the next look: of the GPUs where there are any, less often while all is idle."""
        if self._is_idle and not await self._is_stirred():
            return
        if self.keeping is None:
            await asyncio.sleep(SAMPLE_S)
        elif not self._is_idle:
            await self.keeping.next_look(SAMPLE_S)

    async def _is_stirred(self) -> bool:
        """Wait until something has happened to the sweep, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SAMPLE_S):
                await self._stirred.wait()
        stirred = self._stirred.is_set()
        self._stirred.clear()
        return stirred

    @property
    def _is_idle(self) -> bool:
        """Whether nothing runs, and no GPU is wanted, or still leased."""
        running = bool(self._runtime.machine.state.running)
        return not running and not (self.keeping is not None and self.keeping.is_needed)

    def _stir(self, commit: Commit) -> None:
        if commit.trials or commit.decisions:
            self._stirred.set()

    # A look -----------------------------------------------------------------------------------

    async def _look(self, monitor: DeviceMonitor) -> None:
        attempts = self._attempts()
        self.usages.keep(attempts)
        gpus, changed = await self._look_at_gpus()
        is_due = time.monotonic() >= self._next_usage
        if is_due or self.keeping is None:
            cpu = await self._look_at_cpu(monitor)
        else:
            cpu = self._cpu
        if is_due:
            changed |= await self._look_at_trials(monitor, attempts)
        before, self.devices = self.devices, gpus + cpu
        if self._runtime.machine.state.running:
            self._keep_samples()
        if changed or not self._is_idle or _standings(before) != _standings(self.devices):
            self._runtime.publisher.tell(changed)

    async def _look_at_gpus(self) -> tuple[list[DeviceView], set[int]]:
        """Give the GPUs, and the trials on them that use something else now."""
        if self.keeping is None:
            return [], set()
        try:
            readings = await self.keeping.look()
        except Exception as error:  # noqa: BLE001 - closes the GPUs, and is shown and logged
            text = clean(str(error), limit=300) or type(error).__name__
            self.keeping.close_all(f"could not be judged: {text}")
            self._tell_of_gpus(f"nothing is placed on GPUs: {text}")
            return self.keeping.views, set()
        if "gpus" in self._runtime.publisher.notices:
            self._runtime.publisher.notice("gpus", None)
        self._on_gpus |= readings
        cpu = {key: reading.util for key, reading in self._on_cpu.items()}
        return self.keeping.views, self.usages.take(readings, cpu)

    def _tell_of_gpus(self, text: str) -> None:
        """Say, and log, what an error keeps from being done, once as long as it stays the same."""
        if self._runtime.publisher.notices.get("gpus") != text:
            log.warning("the GPUs could not be judged", exc_info=True)
            self._runtime.publisher.notice("gpus", text)

    async def _look_at_cpu(self, monitor: DeviceMonitor) -> list[DeviceView]:
        try:
            return await asyncio.to_thread(monitor.sample)
        except Exception as error:  # noqa: BLE001 - drivers raise what they like
            self._complain(str(error) or type(error).__name__)
            return self._cpu

    async def _look_at_trials(
        self, monitor: DeviceMonitor, attempts: Mapping[Key, Attempt]
    ) -> set[int]:
        """Look at what each trial uses of the CPU; give the trials that use something else now."""
        runners = {key: a.process.pid for key, a in attempts.items() if a.process is not None}
        begun = time.monotonic()
        slots = self._runtime.machine.state.slots.count
        try:
            readings = await asyncio.to_thread(monitor.readings, runners, slots, _since_boot())
        except Exception as error:  # noqa: BLE001 - drivers raise what they like
            self._complain(str(error) or type(error).__name__)
            return set()
        took = time.monotonic() - begun
        self._next_usage = begun + max(USAGE_S - SAMPLE_S / 2, USAGE_COST * took)
        self._on_cpu = readings
        return self.usages.take({k: r for k, r in readings.items() if not attempts[k].gpus})

    def _complain(self, text: str) -> None:
        """Log what went wrong, once as long as it stays the same."""
        if text != self._complaint:
            log.warning("the devices cannot be measured: %s", text)
        self._complaint = text

    def _attempts(self) -> dict[Key, Attempt]:
        """The attempts that run."""
        state = self._runtime.machine.state
        newest = ((number, state.trials[number].attempts[-1]) for number in state.running)
        return {(number, attempt.n): attempt for number, attempt in newest}

    @property
    def _cpu(self) -> list[DeviceView]:
        """The CPU as last looked at."""
        return [device for device in self.devices if device.uuid is None]

    # What is kept -----------------------------------------------------------------------------

    def _keep_samples(self) -> None:
        """Have the store keep samples, the fewer the longer something has lasted."""
        now, attempts = self._clock(), self._attempts()
        self._thinning.keep([*attempts, *(device.id for device in self.devices)])
        self._on_gpus = {key: r for key, r in self._on_gpus.items() if key in attempts}
        usage = [
            self._usage_sample(key, attempt, now)
            for key, attempt in attempts.items()
            if key in (self._on_gpus if attempt.gpus else self._on_cpu)
            and self._thinning.is_due(key, now, apart_s(now - attempt.started_at))
        ]
        devices = [
            _device_sample(device, now)
            for device in self.devices
            if self._thinning.is_due(device.id, now, DEVICE_S)
        ]
        if usage or devices:
            self._runtime.publisher.keep(usage, devices)

    def _usage_sample(self, key: Key, attempt: Attempt, now: float) -> UsageSample:
        cpu = self._on_cpu.get(key, Reading())
        used = self._on_gpus[key] if attempt.gpus else cpu
        return UsageSample(
            trial=key[0],
            attempt=key[1],
            at=now,
            util=used.util,
            memory=used.memory,
            cpu=cpu.util,
        )


def _device_sample(device: DeviceView, now: float) -> DeviceSample:
    return DeviceSample(
        device=device.id,
        at=now,
        util=device.util,
        mem_used=device.mem_used,
        temperature=device.temperature,
        power=device.power,
    )


def _standings(devices: Sequence[DeviceView]) -> list[tuple[str, str, str, int]]:
    """What is news of devices though nothing runs."""
    return [(d.id, d.state, d.reason, len(d.foreign)) for d in devices if d.uuid is not None]


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)

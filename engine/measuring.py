"""Looks at the devices while anything runs: how loaded they are, and by which trials."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from engine.core.views import DeviceView
from engine.devices.base import DeviceMonitor, Key
from engine.devices.usage import Usages
from engine.runtime import Runtime

log = logging.getLogger("engine")

SAMPLE_S = 1.0
IDLE_SAMPLE_S = 5.0
USAGE_S = 2.0
"""How often the trials' own use is looked at."""
USAGE_COST = 50.0
"""A look at the trials is followed by a pause so many times as long: 2 % of a core at most."""


class Measuring:
    """Samples in a thread, and tells viewers what is new.

    `make` makes the monitor, in that thread too: a driver may take its time.
    """

    def __init__(self, runtime: Runtime, make: Callable[[], DeviceMonitor]) -> None:
        self.devices: list[DeviceView] = []
        self.usages = Usages()
        self._runtime = runtime
        self._make = make
        self._next_usage = 0.0
        self._complaint = ""

    async def run(self) -> None:
        """Look until cancelled."""
        monitor = await asyncio.to_thread(self._make)
        while True:
            ended = self._runtime.ended.is_set()
            await asyncio.sleep(IDLE_SAMPLE_S if ended else SAMPLE_S)
            changed: set[int] = set()
            try:
                self.devices = await asyncio.to_thread(monitor.sample)
                changed = await self._look_at_trials(monitor)
            except Exception as error:  # noqa: BLE001 - drivers raise what they like
                self._complain(str(error) or type(error).__name__)
            if self._runtime.machine.state.running or changed:
                self._runtime.publisher.tell(changed)

    def _complain(self, text: str) -> None:
        """Log what went wrong, once as long as it stays the same."""
        if text != self._complaint:
            log.warning("the devices cannot be measured: %s", text)
        self._complaint = text

    async def _look_at_trials(self, monitor: DeviceMonitor) -> set[int]:
        """Look at what each trial uses, if it is time; give the trials that changed."""
        if time.monotonic() < self._next_usage:
            return set()
        runners = self._runners()
        self.usages.keep(runners)
        begun = time.monotonic()
        slots = self._runtime.machine.state.slots.count
        readings = await asyncio.to_thread(monitor.readings, runners, slots, _since_boot())
        took = time.monotonic() - begun
        self._next_usage = begun + max(USAGE_S - SAMPLE_S / 2, USAGE_COST * took)
        return self.usages.take(readings)

    def _runners(self) -> dict[Key, int]:
        """The runners of the attempts that run, by pid."""
        state = self._runtime.machine.state
        attempts = ((number, state.trials[number].attempts[-1]) for number in state.running)
        return {(number, a.n): a.process.pid for number, a in attempts if a.process is not None}


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)

"""Keeps the sweep's ledger of GPUs true to what looks at them find, and shows them to viewers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from engine.core.events import DevicesChanged
from engine.core.model import trial_name, trial_number
from engine.core.state import SweepState
from engine.core.views import DeviceView
from engine.devices.attribution import Found
from engine.devices.base import Key, Reading
from engine.devices.device_views import Tenancy, gpu_views
from engine.devices.gpu_watch import GpuWatch
from engine.devices.keeper import STALE_S, Keeper
from engine.devices.leavings import Leavings
from engine.devices.origins import Origins
from engine.devices.sample import Look
from engine.devices.usage import Usages
from engine.gpu_judging import GpuJudging
from engine.publisher import Commit
from engine.runtime import Runtime

SHORT_S = 0.05
"""How long a sweep waits at most for the judgement that gives it GPUs which it did not need."""


class GpuKeeping:
    """Judges each look with what the sweep has there, and records what stands otherwise.

    `views` are the GPUs for viewers. `usages` are of the attempts that run, for what they hold.
    """

    def __init__(
        self,
        runtime: Runtime,
        watch: GpuWatch,
        keeper: Keeper,
        usages: Usages,
        clock: Callable[[], float],
    ) -> None:
        self.views: list[DeviceView] = []
        self._publisher = runtime.publisher
        self._state: SweepState = runtime.machine.state
        self._watch = watch
        self._keeper = keeper
        self._clock = clock
        self._origins = Origins()
        self._judging = GpuJudging(self._state, keeper, usages, self._origins.is_there)
        self._leavings = Leavings()
        self._taken: Look | None = None
        self._publisher.watch(self._note_commit)

    async def next_look(self, timeout_s: float) -> None:
        """Wait for a look that was not judged, at most so long, or until the sweep has a use for
        further GPUs."""
        if self._watch.latest is self._taken:
            short = self._judging.is_short
            await self._watch.next(min(timeout_s, SHORT_S) if short else timeout_s)

    async def look(self) -> Mapping[Key, Reading]:
        """Judge the GPUs by the newest look; give what attempts on GPUs use, if it is new."""
        look = self._watch.latest
        is_new = look is not None and look is not self._taken
        if look is not None and is_new:
            self._taken = look
            self._judging.found = await self._attribute(look)
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        standings = self._judging.judge(look, now)
        if standings:
            self._publisher.record(DevicesChanged(at=self._clock(), standings=tuple(standings)))
        if is_new:
            self._tell_of_leavings()
        self._tell_of_driver(look, now)
        found = self._judging.found
        self.views = gpu_views(self._keeper.gpus.values(), self._tenancies(), found.foreign)
        return found.readings if is_new else {}

    def close_all(self, why: str) -> None:
        """Have nothing placed on any GPU until a look can be judged again."""
        known = self._state.gpus.standings.values()
        standings = [replace(s, state="closed", reason=why) for s in known if s.state == "open"]
        if standings:
            self._publisher.record(DevicesChanged(at=self._clock(), standings=tuple(standings)))

    @property
    def is_needed(self) -> bool:
        """Whether GPUs were wanted at the last look, or are leased."""
        return self._judging.wanted > 0 or self._keeper.holds_any

    # Looks ------------------------------------------------------------------------------------

    async def _attribute(self, look: Look) -> Found:
        """Find out whose the processes are: in a thread where some are new, and /proc is read."""
        running = self._judging.running()

        def attribute() -> Found:
            return self._judging.attribute(look, self._origins.look(look), running)

        return attribute() if self._origins.knows(look) else await asyncio.to_thread(attribute)

    def _tell_of_leavings(self) -> None:
        """Say of what outlives its trial on a GPU that it is there, and when it is gone."""
        labels = {uuid: gpu.device.label for uuid, gpu in self._keeper.gpus.items()}
        foreign = self._judging.found.foreign
        told = self._leavings.look(foreign, labels, self._ended_at, self._clock())
        for code, text in told.items():
            self._publisher.notice(code, text)

    def _tell_of_driver(self, look: Look | None, now: float) -> None:
        """Say that trials wait for the driver, while it says nothing, or gives an error."""
        text = None
        if self._watch.age(now) >= STALE_S:
            text = "the NVIDIA driver does not answer: nothing new is placed on GPUs"
        elif look is not None and look.error is not None:
            text = f"the GPUs cannot be looked at: {look.error}"
        if text != self._publisher.notices.get("driver"):
            self._publisher.notice("driver", text)

    def _ended_at(self, name: str) -> float | None:
        trial = self._state.trials.get(trial_number(name))
        end = trial.attempts[-1].end if trial is not None and trial.attempts else None
        return end.at if end is not None else None

    def _tenancies(self) -> dict[str, Tenancy]:
        gpus = self._state.gpus
        return {
            uuid: Tenancy(
                trials=[trial_name(number) for number in sorted(gpus.trials_on(uuid))],
                taken=gpus.taken(uuid),
                room=gpus.room_on(uuid),
            )
            for uuid in gpus.standings
        }

    def _note_commit(self, commit: Commit) -> None:
        self._judging.note_peaks(commit.trials)
        if self._judging.is_short:
            self._watch.wake()

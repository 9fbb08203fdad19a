"""Keeps the sweep's ledger of GPUs true to what looks at them find, and shows them to viewers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping

from engine.core.devices import WHOLE
from engine.core.events import DevicesChanged
from engine.core.gpus_wanted import gpus_wanted
from engine.core.model import Trial, trial_name, trial_number
from engine.core.state import SweepState
from engine.core.views import DeviceView
from engine.devices.admission import SHOWN_LOOKS, room
from engine.devices.attribution import Attribution, Found, Running
from engine.devices.base import Key, Reading
from engine.devices.device_views import Tenancy, gpu_views
from engine.devices.gpu_watch import GpuWatch
from engine.devices.keeper import STALE_S, Keeper
from engine.devices.leavings import Leavings
from engine.devices.origins import Origins
from engine.devices.sample import Look
from engine.devices.unlisted import with_unlisted
from engine.devices.usage import Usages
from engine.devices.watched import Ledger, Seen
from engine.publisher import Commit
from engine.runtime import Runtime


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
        self._usages = usages
        self._clock = clock
        self._origins = Origins()
        self._attribution = Attribution(self._origins.is_there)
        self._leavings = Leavings()
        self._found = Found(readings={})
        self._attributed: Look | None = None
        self._wanted = 1
        self._peak = 0
        self._note_peaks(self._publisher.rows)
        self._publisher.watch(self._note_commit)

    async def next_look(self, timeout_s: float) -> None:
        """Wait for a look, at most so long."""
        await self._watch.next(timeout_s)

    async def look(self) -> Mapping[Key, Reading]:
        """Judge the GPUs by the newest look; give what attempts on GPUs use, if it is new."""
        look = self._watch.latest
        is_new = look is not None and look is not self._attributed
        if look is not None and is_new:
            self._found = await asyncio.to_thread(self._attribute, look, self._running())
            self._attributed = look
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        ledger = self._ledger()
        self._wanted = ledger.wanted
        standings = self._keeper.look(look, now, ledger, self._seen(look))
        if standings:
            self._publisher.record(DevicesChanged(at=self._clock(), standings=tuple(standings)))
        if is_new:
            self._tell_of_leavings()
        self._tell_of_driver(look, now)
        self.views = gpu_views(self._keeper.gpus.values(), self._tenancies(), self._found.foreign)
        return self._found.readings if is_new else {}

    @property
    def is_needed(self) -> bool:
        """Whether GPUs were wanted at the last look, or are leased."""
        return self._wanted > 0 or self._keeper.holds_any

    # Looks ------------------------------------------------------------------------------------

    def _attribute(self, look: Look, running: Mapping[Key, Running]) -> Found:
        """Find out whose the processes are; reads /proc of those that are new."""
        found = self._attribution.look(look, self._origins.look(look), running)
        return with_unlisted(found, look, running)

    def _running(self) -> dict[Key, Running]:
        found = {}
        for number in self._state.gpus.trials:
            attempt = self._state.trials[number].attempts[-1]
            if attempt.process is not None:
                found[number, attempt.n] = Running(
                    runner=attempt.process.pid, gpus=attempt.gpus, share=attempt.share
                )
        return found

    def _tell_of_leavings(self) -> None:
        """Say of what outlives its trial on a GPU that it is there, and when it is gone."""
        labels = {uuid: gpu.device.label for uuid, gpu in self._keeper.gpus.items()}
        told = self._leavings.look(self._found.foreign, labels, self._ended_at, self._clock())
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

    # What the sweep has -------------------------------------------------------------------------

    def _ledger(self) -> Ledger:
        gpus = self._state.gpus
        wanting = [d.gpus for d in self._state.claims.waiting if d.gpus]
        here = self._state.demands.of_stage(self._state.stage.plan.name).gpus
        return Ledger(
            standings=gpus.standings,
            excluded=gpus.excluded,
            included=gpus.included,
            taken=[uuid for uuid in gpus.standings if gpus.taken(uuid)],
            counts={uuid: self._count_on(uuid) for uuid in gpus.standings},
            wanted=gpus_wanted(self._state),
            per_trial=min(wanting, default=here or 1),
        )

    def _count_on(self, uuid: str) -> int:
        """How many trials, and leftovers of some, are on a GPU."""
        gpus = self._state.gpus
        left = sum(uuid in uuids for uuids, _ in gpus.leftovers.values())
        return len(gpus.trials_on(uuid)) + left

    def _tenancies(self) -> dict[str, Tenancy]:
        gpus = self._state.gpus
        return {
            uuid: Tenancy(
                trials=[trial_name(number) for number in sorted(gpus.trials_on(uuid))],
                taken=gpus.taken(uuid),
                room=standing.room,
            )
            for uuid, standing in gpus.standings.items()
        }

    # Memory -------------------------------------------------------------------------------------

    def _seen(self, look: Look | None) -> Seen:
        held = self._found.held
        rooms = self._rooms(look) if look is not None else {}
        return Seen(
            foreign=self._found.foreign,
            ours={uuid: sum(by_key.values()) for uuid, by_key in held.items()},
            rooms=rooms,
        )

    def _rooms(self, look: Look) -> dict[str, int]:
        """How many more trials the memory of each GPU holds, where it tells."""
        together = WHOLE // self._least_share()
        if together == 1:
            return {}
        self._note_what_was_shown()
        rooms = {}
        for gpu in look.gpus:
            there = self._state.gpus.trials_on(gpu.uuid)
            found = room(
                total=gpu.mem_total,
                used=gpu.mem_used,
                seen=sum(self._found.held.get(gpu.uuid, {}).values()),
                peaks=[self._peak_of(number) for number in there],
                largest=self._peak or None,
                most=together - len(there),
            )
            if found is not None:
                rooms[gpu.uuid] = found
        return rooms

    def _least_share(self) -> int:
        """The smallest part of a GPU that trials of any stage take."""
        stages = (self._state.demands.of_stage(s.name) for s in self._state.plan.all_stages)
        return min((demand.share for demand in stages if demand.gpus), default=WHOLE)

    def _peak_of(self, number: int) -> int | None:
        """The most that a trial was seen to hold, on each of its GPUs."""
        attempt = self._state.trials[number].attempts[-1]
        peak = self._usages.peak(number, attempt.n)
        return None if peak is None else peak // max(1, len(attempt.gpus))

    def _note_what_was_shown(self) -> None:
        """Learn the peak of a trial that runs once it has reported, and been looked at."""
        for number in self._state.gpus.trials:
            attempt = self._state.trials[number].attempts[-1]
            if attempt.first_step is None:
                continue
            if self._usages.looks(number, attempt.n) >= SHOWN_LOOKS:
                self._peak = max(self._peak, self._usages.peak(number, attempt.n) or 0)

    def _note_commit(self, commit: Commit) -> None:
        self._note_peaks(commit.trials)

    def _note_peaks(self, trials: Collection[int]) -> None:
        """Learn the peaks of attempts on GPUs that have ended."""
        for trial in map(self._state.trials.__getitem__, trials):
            self._peak = max(self._peak, _peak_on_gpus(trial))


def _peak_on_gpus(trial: Trial) -> int:
    ends = (attempt.end for attempt in trial.attempts if attempt.gpus)
    return max((end.peak_memory or 0 for end in ends if end is not None), default=0)

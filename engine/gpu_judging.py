"""Judges looks at the GPUs by what a sweep has there: an engine and its simulation share this."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from engine.core.devices import WHOLE, Standing
from engine.core.gpus_wanted import gpus_wanted
from engine.core.model import Trial
from engine.core.state import SweepState
from engine.devices.admission import SHOWN_LOOKS, room
from engine.devices.attribution import Attribution, Found, Running
from engine.devices.base import Key
from engine.devices.keeper import Keeper
from engine.devices.origins import Origin
from engine.devices.sample import Look, is_error
from engine.devices.unlisted import Unlisted
from engine.devices.usage import Usages
from engine.devices.watched import Ledger, Seen


class GpuJudging:
    """Reads no clock and records nothing. `found` is whose processes the newest look showed, to be
    set by whoever has it attributed; `wanted` is how many GPUs the sweep had a use for last.

    `usages` are of the attempts that run, for what they hold; `is_there` says of a process whether
    it has not ended.
    """

    def __init__(
        self,
        state: SweepState,
        keeper: Keeper,
        usages: Usages,
        is_there: Callable[[int], bool],
    ) -> None:
        self.found = Found(readings={})
        self.wanted = 1
        self._state = state
        self._keeper = keeper
        self._usages = usages
        self._attribution = Attribution(is_there)
        self._unlisted = Unlisted()
        self._peak = 0
        self.note_peaks(state.trials)

    def running(self) -> dict[Key, Running]:
        """The attempts on GPUs whose processes are known."""
        found = {}
        for number in self._state.gpus.trials:
            attempt = self._state.trials[number].attempts[-1]
            if attempt.process is not None:
                found[number, attempt.n] = Running(runner=attempt.process.pid, gpus=attempt.gpus)
        return found

    def attribute(
        self, look: Look, origins: Mapping[int, Origin], running: Mapping[Key, Running]
    ) -> Found:
        """Find out whose the processes are; may be called in a thread."""
        found = self._attribution.look(look, origins, running)
        return self._unlisted.count(found, look, running)

    def judge(self, look: Look | None, now: float) -> list[Standing]:
        """Give the standings that are to be told to the sweep before it does anything else.

        `now` is of the clock of `Look.at`.
        """
        ledger = self._ledger()
        self.wanted = ledger.wanted
        return self._keeper.look(look, now, ledger, self._seen(look))

    @property
    def is_short(self) -> bool:
        """Whether the sweep has a use for GPUs that it had none for when they were judged."""
        if not self._keeper.spares_any:
            return False
        gpus = self._state.gpus
        has = sum(gpus.usable(uuid) or gpus.taken(uuid) > 0 for uuid in gpus.standings)
        return gpus_wanted(self._state) > has

    def note_peaks(self, trials: Collection[int]) -> None:
        """Learn the peaks of attempts on GPUs that have ended."""
        for trial in map(self._state.trials.__getitem__, trials):
            self._peak = max(self._peak, _peak_on_gpus(trial))

    # What the sweep has -----------------------------------------------------------------------

    def _ledger(self) -> Ledger:
        gpus = self._state.gpus
        wanting = [d.gpus for d in self._state.claims.waiting if d.gpus]
        here = self._state.demands.of_stage(self._state.stage.plan.name).gpus
        return Ledger(
            standings=gpus.standings,
            excluded=gpus.excluded,
            included=gpus.included,
            quarantined=gpus.quarantined,
            taken=[uuid for uuid in gpus.standings if gpus.taken(uuid)],
            counts={uuid: gpus.count_on(uuid) for uuid in gpus.standings},
            wanted=gpus_wanted(self._state),
            per_trial=min(wanting, default=here or 1),
        )

    # Memory -------------------------------------------------------------------------------------

    def _seen(self, look: Look | None) -> Seen:
        held = self.found.held
        rooms = self._rooms(look) if look is not None else {}
        return Seen(
            foreign=self.found.foreign,
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
                seen=sum(self.found.held.get(gpu.uuid, {}).values()),
                peaks=[self._peak_of(number) for number in there],
                largest=self._peak or None,
                most=together - len(there),
            )
            if found is None and is_error(gpu.missing.get("mem_used")):
                found = 0
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
                self._peak = max(self._peak, self._peak_of(number) or 0)


def _peak_on_gpus(trial: Trial) -> int:
    """The most that an attempt that has ended held, on each of its GPUs."""
    ended = ((a.end.peak_memory or 0, len(a.gpus)) for a in trial.attempts if a.end and a.gpus)
    return max((peak // gpus for peak, gpus in ended), default=0)

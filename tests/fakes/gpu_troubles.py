"""Whatever can become of the GPUs of a box, its driver, an engine and its neighbours."""

from __future__ import annotations

from engine.core.acts import Continue, Pause, Promote, Prune, SetSlots, UseGpus
from engine.core.model import Complete, Pruned, Running
from engine.devices.xids import HOLD_S
from tests.fakes.nvml.box import (
    LOST,
    MISMATCH,
    NO_PERMISSION,
    NOT_SUPPORTED,
    RESET_REQUIRED,
    FakeGpu,
)
from tests.fakes.troubles import Trouble, Troubles

FIELDS = (
    "nvmlDeviceGetMemoryInfo",
    "nvmlDeviceGetUtilizationRates",
    "nvmlDeviceGetProcessUtilization",
    "nvmlDeviceGetComputeRunningProcesses_v3",
    "nvmlDeviceGetComputeRunningProcesses_v2",
)
MOST_KILLS = 4
"""Each is followed by a replay of all that was."""


class GpuTroubles(Troubles):
    """All kinds; each method is one."""

    # GPUs -------------------------------------------------------------------------------------

    def a_stranger_computes(self) -> Trouble:
        gpu = self._any_gpu()
        if gpu is None:
            return
        self._trouble(gpu)
        pid = self._floor.stranger(gpu, "train.py", self._life.now)
        yield self._chance.uniform(3, 15)
        self._floor.gone(gpu, pid)
        self._mended(gpu)

    def busy_without_a_process(self) -> Trouble:
        gpu = self._any_gpu()
        if gpu is None:
            return
        self._trouble(gpu)
        gpu.util = 95
        yield self._chance.uniform(3, 12)
        gpu.util = 0
        self._mended(gpu)

    def lost(self) -> Trouble:
        gpu = self._any_gpu()
        if gpu is not None:
            self._trouble(gpu)
            self._crash_on(gpu)
            yield from self._failing(self._chance.uniform(3, 12), LOST, gpu, "*")
            self._mended(gpu)

    def needs_a_reset(self) -> Trouble:
        yield from self._on_gpu((3, 12), RESET_REQUIRED, "*")

    def hardware_xid(self) -> Trouble:
        gpu = self._any_gpu()
        if gpu is None:
            return
        self._trouble(gpu)
        self._life.xids.append((gpu.uuid, self._chance.choice([48, 62, 79, 95])))
        while gpu.uuid in [uuid for uuid, _ in self._life.xids]:
            yield 1.0
        yield HOLD_S
        self._mended(gpu)

    def memory_errors_grow(self) -> Trouble:
        gpu = self._any_gpu()
        if gpu is None:
            return
        self._trouble(gpu)
        gpu.ecc += self._chance.randint(1, 3)
        yield 3.0
        gpu.ecc += 1
        yield 1.0
        self._mended(gpu)

    def vanishes_and_comes_late(self) -> Trouble:
        gpu = self._any_gpu()
        index = None if gpu is None else self._floor.index(gpu.uuid)
        if gpu is None or index is None or gpu.instances:
            return
        self._trouble(gpu)
        self._crash_on(gpu)
        self._floor.box.vanish(index)
        yield self._chance.uniform(0, 3)
        self._life.anew = True
        yield self._chance.uniform(3, 15)
        self._floor.box.put_back(min(index, len(self._floor.box.gpus)), gpu)
        self._life.anew = True
        self._mended(gpu)

    def split_into_instances(self) -> Trouble:
        """A person takes a GPU from the sweep, splits it, and makes it whole again later."""
        gpu = self._any_gpu()
        if gpu is None or not self._life.act(_use(gpu, "exclude", "now")):
            return
        self._trouble(gpu)
        yield 1.0
        while self._floor.on([gpu.uuid]) or self._is_left_on(gpu) or self._life.is_down:
            yield 1.0
        self._floor.box.mig(self._floor.box.gpus.index(gpu), 2)
        yield 40.0
        self._crash_on(gpu)
        self._floor.box.mig(self._floor.box.gpus.index(gpu), 0)
        yield 15.0
        yield from self._include(gpu)
        self._mended(gpu)

    def fields_are_silent(self) -> Trouble:
        calls = self._chance.sample(FIELDS, 2)
        yield from self._on_gpu((4, 15), NOT_SUPPORTED, *calls)

    def no_permission_for_one(self) -> Trouble:
        yield from self._on_gpu((12, 25), NO_PERMISSION, "nvmlDeviceGetHandleByIndex_v2")

    # The driver -------------------------------------------------------------------------------

    def nvml_hangs(self) -> Trouble:
        if self._box_troubled:
            return
        self._box_troubled = self._life.is_hung = True
        yield 20.0
        self._life.is_hung = False
        self._box_mended()

    def driver_mismatch(self) -> Trouble:
        if self._box_troubled:
            return
        self._box_troubled = True
        yield from self._failing(self._chance.uniform(2, 10), MISMATCH, None, "*")
        self._box_mended()

    def no_permission_at_all(self) -> Trouble:
        if self._box_troubled:
            return
        self._box_troubled = self._life.anew = True
        yield from self._failing(6.0, NO_PERMISSION, None, "nvmlInitWithFlags")
        self._box_mended()

    # The engine, and other sweeps -------------------------------------------------------------

    def the_engine_is_killed(self) -> Trouble:
        if self._box_troubled or self.had["the_engine_is_killed"] >= MOST_KILLS:
            return
        self._box_troubled = True
        self._life.crash()
        yield self._chance.uniform(0, 8)
        self._life.come_back()
        self._box_mended()

    def a_rival_leases(self) -> Trouble:
        """Another sweep waits for any GPU, and computes there for a while."""
        for _ in range(30):
            for gpu in self._chance.sample(self._floor.box.gpus, len(self._floor.box.gpus)):
                if gpu.uuid not in self._rival.held and self._rival.take(gpu.uuid) is None:
                    yield from self._compute_as_rival(gpu)
                    return
            yield 0.7

    def _compute_as_rival(self, gpu: FakeGpu) -> Trouble:
        assert not self._floor.on([gpu.uuid]), "a rival got the lease of a GPU in use"
        self.had["a_rival_computes"] += 1
        self._trouble(gpu)
        pid = self._floor.stranger(gpu, "a rival", self._life.now)
        yield self._chance.uniform(4, 12)
        self._floor.gone(gpu, pid)
        self._rival.give_back(gpu.uuid)
        self._mended(gpu)

    # Trials -----------------------------------------------------------------------------------

    def a_process_is_left(self) -> Trouble:
        self._life.leaves += 1
        yield 1.0

    def _is_left_on(self, gpu: FakeGpu) -> bool:
        return any(gpu.uuid in one.uuids for one in self._floor.left.values())

    # People -----------------------------------------------------------------------------------

    def gpus_are_excluded(self) -> Trouble:
        gpu = self._any_gpu()
        how = self._chance.choice(["checkpoint", "now", "end"])
        if gpu is None or not self._life.act(_use(gpu, "exclude", how)):
            return
        self._trouble(gpu)
        yield self._chance.uniform(5, 20)
        yield from self._include(gpu)
        self._mended(gpu)

    def _include(self, gpu: FakeGpu) -> Trouble:
        while self._is_out(gpu) and not self._life.act(_use(gpu, "include")):
            yield 1.0

    def _is_out(self, gpu: FakeGpu) -> bool:
        gpus = self._life.state.gpus
        return gpu.uuid in gpus.excluded or gpus.standings[gpu.uuid].state == "quarantined"

    def a_gpu_is_quarantined(self) -> Trouble:
        gpu = self._any_gpu()
        if gpu is None or not self._life.act(_use(gpu, "quarantine")):
            return
        self._trouble(gpu)
        yield self._chance.uniform(12, 20)
        yield from self._include(gpu)
        self._mended(gpu)

    def slots_are_few(self) -> Trouble:
        if not self._life.state.auto_slots or not self._life.act(SetSlots(count=3)):
            return
        yield self._chance.uniform(3, 8)
        while not self._life.act(SetSlots(count=None)):
            yield 1.0

    def trials_are_pruned(self) -> Trouble:
        trials = self._pick(Running)
        if trials and self._life.act(Prune(trials=trials)):
            self.by_person.update(trials)
            yield 0.0

    def trials_are_paused(self) -> Trouble:
        trials, how = self._pick(Running), self._chance.choice(["release", "now", "hold"])
        if not trials or not self._life.act(Pause(trials=trials, how=how)):
            return
        yield self._chance.uniform(2, 10)
        while self._life.is_down:
            yield 1.0
        self._life.act(Continue(trials=trials))

    def trials_are_promoted(self) -> Trouble:
        trials = self._pick(Complete) or self._pick(Pruned)
        if trials and self._life.act(Promote(trials=trials, budget=5)):
            yield 0.0

    def _pick(self, kind: type) -> tuple[int, ...]:
        state = self._life.state
        newest = list(state.trials)[-60:]
        fit = [n for n in newest if isinstance(state.trials[n].state, kind)]
        return tuple(self._chance.sample(fit, min(2, len(fit))))


def _use(gpu: FakeGpu, use: str, how: str = "checkpoint") -> UseGpus:
    return UseGpus(gpus=(gpu.uuid,), use=use, how=how)  # type: ignore[arg-type]

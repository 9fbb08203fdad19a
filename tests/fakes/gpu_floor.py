"""What stands on the floor of a simulated sweep on GPUs: the stub's box, and processes on it.

Nothing here asks what the sweep thinks: processes own what they were started with until they end.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from engine.core.devices import WHOLE
from engine.core.model import Trial
from engine.devices.leases import FileLeases
from engine.devices.origins import Origin
from engine.devices.sample import Look
from engine.executors.leases import hold_all
from tests.fakes.nvml.box import GIB, Box, FakeGpu, FakeProcess

SEEN_AFTER_S = 2.0
"""How long after its start NVML shows a process."""
USUAL_GIB = (8.0, 16.0)

Key = tuple[int, int]


@dataclass
class OnGpus:
    """A process of an attempt; `leases` are the files that its runner holds."""

    runner: int
    uuids: tuple[str, ...]
    share: int
    memory: int
    began_at: float
    leases: list[int] = field(default_factory=list)
    shown: bool = False

    @property
    def pid(self) -> int:
        """The process that computes."""
        return self.runner + 1


class Floor:
    """A box, the processes of trials, what outlived some, and strangers.

    `bigger` are trials that need more memory than most, in GiB.
    """

    def __init__(self, folder: Path, gpus: int, bigger: dict[int, float]) -> None:
        self.box = Box(folder, gpus)
        self.running: dict[Key, OnGpus] = {}
        self.left: dict[int, OnGpus] = {}
        """Pid -> what outlived its trial."""
        self.bigger = bigger
        self.short_of_memory: set[int] = set()
        """The trials that once needed more than all that a GPU of theirs has."""
        self.strangers: dict[int, str] = {}
        """Pid -> who it belongs to."""
        self.came_at: dict[int, float] = {}
        """Pid of a stranger -> when it began."""
        self._pids = count(4_000_000, 2)

    def start(self, key: Key, trial: Trial, leases: FileLeases, now: float) -> int:
        """Start a runner and its trial; fails where it gets what another has, or no lease."""
        attempt = trial.attempts[-1]
        taken = self.taken()
        for uuid in attempt.gpus:
            assert taken[uuid] + attempt.share <= WHOLE, f"two owners of {uuid} at {now}"
            assert uuid in leases.held, f"{trial.name} starts on {uuid} without a lease"
            assert not self.strangers_holding(uuid), f"{uuid} is another sweep's"
        files = [str(leases.file(uuid)) for uuid in attempt.gpus]
        self.running[key] = OnGpus(
            runner=next(self._pids),
            uuids=attempt.gpus,
            share=attempt.share,
            memory=int(GIB * self.gib_of(trial.number)),
            began_at=now,
            leases=hold_all(files, leases.owner.id),
        )
        return self.running[key].runner

    def end(self, key: Key, *, leaves: bool = False) -> OnGpus | None:
        """End an attempt's runner, and its process unless that `leaves` itself behind."""
        one = self.running.pop(key, None)
        if one is None:
            return None
        for lease in one.leases:
            os.close(lease)
        if leaves:
            one.shown = True
            self.left[one.pid] = one
        return one

    def gib_of(self, trial: int) -> float:
        """What a trial needs of each of its GPUs."""
        return self.bigger.get(trial) or random.Random(trial).uniform(*USUAL_GIB)

    def taken(self) -> Counter[str]:
        """Millionths of each GPU that processes of trials were given, and still are there."""
        found: Counter[str] = Counter()
        for one in (*self.running.values(), *self.left.values()):
            found.update(dict.fromkeys(one.uuids, one.share))
        return found

    def strangers_holding(self, uuid: str) -> list[str]:
        """The other sweeps that have a process on a GPU."""
        gpu = self.gpus().get(uuid)
        pids = gpu.processes if gpu is not None else {}
        return [self.strangers[pid] for pid in pids if self.strangers.get(pid) == "a rival"]

    def stranger_since(self, uuid: str) -> float:
        """Since when somebody else has computed on a GPU; infinite where nobody does."""
        gpu = self.gpus().get(uuid)
        pids = gpu.processes.keys() & self.strangers.keys() if gpu is not None else ()
        return min((self.came_at[pid] for pid in pids), default=float("inf"))

    def gpus(self) -> dict[str, FakeGpu]:
        """All GPUs and instances by UUID."""
        whole = self.box.gpus
        return {gpu.uuid: gpu for one in whole for gpu in (one, *one.instances)}

    def index(self, uuid: str) -> int | None:
        """Where a GPU is in the box; None: it is not there."""
        return next((i for i, gpu in enumerate(self.box.gpus) if gpu.uuid == uuid), None)

    def stranger(self, gpu: FakeGpu, who: str, now: float) -> int:
        """Let somebody else's process compute on a GPU."""
        pid = next(self._pids)
        self.strangers[pid], self.came_at[pid] = who, now
        gpu.processes[pid] = FakeProcess(pid, memory=GIB, util=70)
        return pid

    def gone(self, gpu: FakeGpu, pid: int) -> None:
        """End a stranger's process."""
        del self.strangers[pid]
        del gpu.processes[pid]

    def show(self, now: float) -> list[Key]:
        """Write what NVML shows now; give the attempts that find no memory as they appear."""
        gpus = self.gpus()
        for gpu in gpus.values():
            gpu.processes = {p: one for p, one in gpu.processes.items() if p in self.strangers}
        for one in (*self.left.values(), *(r for r in self.running.values() if r.shown)):
            _put(one, gpus)
        starved = []
        for key, one in self.running.items():
            if not one.shown and now - one.began_at >= SEEN_AFTER_S:
                if self._finds_memory(key[0], one, gpus):
                    one.shown = True
                    _put(one, gpus)
                else:
                    starved.append(key)
        self.box.write()
        return starved

    def _finds_memory(self, trial: int, one: OnGpus, gpus: dict[str, FakeGpu]) -> bool:
        there = [gpus[uuid] for uuid in one.uuids if uuid in gpus]
        if any(gpu.mem_total - gpu.mem_used < one.memory for gpu in there):
            self.short_of_memory.add(trial)
        return all(_free(gpu) >= one.memory for gpu in there)

    def origins(self, look: Look) -> dict[int, Origin]:
        """Who the processes are that a look found."""
        by_pid = {one.pid: one.runner for one in self.running.values()}
        by_pid |= {pid: one.runner for pid, one in self.left.items()}
        listed = {process.pid for gpu in look.gpus for process in gpu.processes}
        found = {
            pid: Origin(ancestors=(by_pid[pid], 1), user="ann", command="python train.py")
            for pid in listed & by_pid.keys()
        }
        for pid in listed & self.strangers.keys():
            found[pid] = Origin(ancestors=(1,), user="bob", command=self.strangers[pid])
        return found

    def is_there(self, pid: int) -> bool:
        """Whether a process has not ended."""
        ours = {one.pid for one in self.running.values()}
        return pid in ours or pid in self.left or pid in self.strangers

    def on(self, uuids: Iterable[str]) -> list[Key]:
        """The attempts on these GPUs."""
        wanted = set(uuids)
        return [key for key, one in self.running.items() if wanted.intersection(one.uuids)]

    def close(self) -> None:
        """Let go of all leases."""
        for key in list(self.running):
            self.end(key)


def _put(one: OnGpus, gpus: dict[str, FakeGpu]) -> None:
    util = 90 * one.share // WHOLE
    for uuid in one.uuids:
        if uuid in gpus:
            gpus[uuid].processes[one.pid] = FakeProcess(one.pid, memory=one.memory, util=util)


def _free(gpu: FakeGpu) -> int:
    return gpu.mem_total - gpu.mem_used - sum(p.memory for p in gpu.processes.values())

"""Whose the processes on the GPUs are: which trial's, or which stranger's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from engine.core.model import trial_name
from engine.core.views import ForeignView

from .base import Key, Reading
from .origins import Origin
from .sample import GpuProcess, GpuSample, Look

_HIDDEN = "a hidden process"
_ELSEWHERE = "a process of another container"
_HOLDERS = ("nvidia-cuda-mps-server", "nvidia-cuda-mps-control", "nvidia-persistenced")
"""The driver's own servants: they have contexts, and compute nothing."""


class Running(Struct, frozen=True, kw_only=True):
    """An attempt that runs: the process that its tree hangs from, and its GPUs."""

    runner: int
    gpus: tuple[str, ...]


class Found(Struct, frozen=True, kw_only=True):
    """What a look says of each attempt, and by the GPU's UUID of others, who only draw included.

    `held` is how many bytes each attempt holds there, where the driver says.
    """

    readings: dict[Key, Reading]
    foreign: dict[str, list[ForeignView]] = field(default_factory=dict)
    held: dict[str, dict[Key, int]] = field(default_factory=dict)


class Attribution:
    """Matches by process trees; remembers whose a process was, to name what outlives its trial.

    Where the driver's pids are of another namespace, a process on a GPU where one trial alone runs
    counts as that trial's.
    """

    def __init__(self, is_there: Callable[[int], bool]) -> None:
        """`is_there` says whether a process has not ended."""
        self._is_there = is_there
        self._were: dict[int, Key] = {}

    def look(
        self, look: Look, origins: Mapping[int, Origin], running: Mapping[Key, Running]
    ) -> Found:
        """Say whose each process is. `origins` lacks what is not to be seen from here."""
        by_runner = {one.runner: key for key, one in running.items()}
        owners = {pid: _owner(origin, by_runner) for pid, origin in origins.items()}
        listed = {process.pid for gpu in look.gpus for process in gpu.processes}
        if look.error is None:
            self._were = {pid: key for pid, key in self._were.items() if pid in listed}
        self._were.update((pid, key) for pid, key in owners.items() if key is not None)
        ours: dict[str, dict[Key, list[GpuProcess]]] = {}
        foreign: dict[str, list[ForeignView]] = {}
        on_each = _by_gpu(running)
        for gpu in look.gpus:
            there = on_each.get(gpu.uuid, [])
            for process in gpu.processes:
                key = owners.get(process.pid)
                if key is None and not look.own_pids and there:
                    key = there[0] if len(there) == 1 else None
                elif key is None:
                    foreign.setdefault(gpu.uuid, []).extend(self._others(process, look, origins))
                if key is not None:
                    ours.setdefault(gpu.uuid, {}).setdefault(key, []).append(process)
        gpus = {gpu.uuid: gpu for gpu in look.gpus}
        shared = {uuid for uuid in gpus if len(on_each.get(uuid, ())) > 1 or foreign.get(uuid)}
        return Found(
            readings={key: _reading(key, one, gpus, ours, shared) for key, one in running.items()},
            foreign={uuid: others for uuid, others in foreign.items() if others},
            held={uuid: _held(by_key) for uuid, by_key in ours.items()},
        )

    def _others(
        self, process: GpuProcess, look: Look, origins: Mapping[int, Origin]
    ) -> list[ForeignView]:
        """What is shown of a process that is no running trial's; nothing where it has ended."""
        was, origin = self._were.get(process.pid), origins.get(process.pid)
        ended = (look.own_pids or was is not None) and not self._is_there(process.pid)
        if ended or (origin is not None and origin.command.startswith(_HOLDERS)):
            return []
        seen = origin or Origin(command=_HIDDEN if look.own_pids else _ELSEWHERE)
        return [
            ForeignView(
                user=seen.user,
                command=seen.command,
                pid=process.pid,
                util=process.util,
                memory=process.memory,
                trial=None if was is None else trial_name(was[0]),
            )
        ]


def _owner(origin: Origin, by_runner: Mapping[int, Key]) -> Key | None:
    return next((by_runner[pid] for pid in origin.ancestors if pid in by_runner), None)


def _by_gpu(running: Mapping[Key, Running]) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {}
    for key, one in running.items():
        for uuid in one.gpus:
            found.setdefault(uuid, []).append(key)
    return found


def _held(by_key: Mapping[Key, list[GpuProcess]]) -> dict[Key, int]:
    sums = {key: _sum([one.memory for one in processes]) for key, processes in by_key.items()}
    return {key: memory for key, memory in sums.items() if memory is not None}


def _reading(
    key: Key,
    running: Running,
    gpus: Mapping[str, GpuSample],
    ours: Mapping[str, Mapping[Key, list[GpuProcess]]],
    shared: set[str],
) -> Reading:
    """What an attempt uses: the mean over its GPUs, in percent of each, and bytes in all."""
    there = [gpus[uuid] for uuid in running.gpus if uuid in gpus]
    utils = [_util(gpu, ours.get(gpu.uuid, {}).get(key, []), gpu.uuid in shared) for gpu in there]
    known = [util for util in utils if util is not None]
    memory = [_sum([p.memory for p in ours.get(gpu.uuid, {}).get(key, [])]) for gpu in there]
    mean = sum(known) / len(known) if known else None
    return Reading(util=mean, memory=_sum(memory))


def _util(gpu: GpuSample, processes: list[GpuProcess], is_shared: bool) -> float | None:
    """Percent of a GPU's time that an attempt has; alone there, all that is used is its own."""
    if not is_shared and gpu.util is not None:
        return gpu.util
    known = [process.util for process in processes if process.util is not None]
    return sum(known) if known else None


def _sum(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None

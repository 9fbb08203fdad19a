"""Every process on a GPU is a trial's or a stranger's, and what it uses is counted there."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.devices.attribution import Attribution, Found, Running
from engine.devices.base import Reading
from engine.devices.origins import Origin, Origins
from engine.devices.sample import GpuProcess, GpuSample, Look

GIB = 2**30
FAMILY = """
import subprocess, sys
child = subprocess.Popen(["cat", "-u"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
child.stdin.write(b"it runs\\n")
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
child.kill()
child.wait()
"""
RUNNER, TRIAL, WORKER, STRANGER = 100, 101, 102, 500
FIRST, SECOND = (1, 1), (2, 1)
ORIGINS = {
    TRIAL: Origin(ancestors=(RUNNER, 1), user="ann", command="python train.py"),
    WORKER: Origin(ancestors=(TRIAL, RUNNER, 1), user="ann", command="python train.py"),
    STRANGER: Origin(ancestors=(499, 1), user="bob", command="python other.py"),
    201: Origin(ancestors=(200, 1), user="ann", command="python train.py"),
}


def on(pid: int, memory: int | None = GIB, util: float | None = None, **more: bool) -> GpuProcess:
    return GpuProcess(pid=pid, memory=memory, util=util, **more)


def gpu(uuid: str, *processes: GpuProcess, util: float | None = None) -> GpuSample:
    return GpuSample(uuid=uuid, label=uuid, util=util, processes=processes)


def trial(*gpus: str, runner: int = RUNNER) -> Running:
    return Running(runner=runner, gpus=gpus or ("a",))


class Telling:
    """An attribution that is told looks; `dead` are pids that have ended."""

    def __init__(self) -> None:
        self.dead: set[int] = set()
        self._attribution = Attribution(lambda pid: pid not in self.dead)

    def look(
        self,
        running: dict[tuple[int, int], Running],
        *gpus: GpuSample,
        own_pids: bool = True,
        error: str | None = None,
    ) -> Found:
        pids = {p.pid for g in gpus for p in g.processes} if own_pids else set()
        origins = {pid: origin for pid, origin in ORIGINS.items() if pid in pids}
        look = Look(at=1.0, gpus=gpus, own_pids=own_pids, error=error)
        return self._attribution.look(look, origins, running)


def test_all_of_a_trial_s_tree_is_the_trial_s() -> None:
    found = Telling().look({FIRST: trial()}, gpu("a", on(TRIAL), on(WORKER), util=40.0))
    assert found.readings == {FIRST: Reading(util=40.0, memory=2 * GIB)}
    assert found.foreign == {}
    assert found.held == {"a": {FIRST: 2 * GIB}}


def test_two_trials_on_a_gpu_have_what_each_uses_of_it() -> None:
    running = {FIRST: trial(), SECOND: trial(runner=200)}
    card = gpu("a", on(TRIAL, GIB, 30.0), on(201, 3 * GIB, 20.0), util=50.0)
    readings = Telling().look(running, card).readings
    assert readings[FIRST] == Reading(util=30.0, memory=GIB)
    assert readings[SECOND] == Reading(util=20.0, memory=3 * GIB)


def test_packed_trials_whose_use_the_driver_does_not_say_show_none() -> None:
    running = {FIRST: trial(), SECOND: trial(runner=200)}
    readings = Telling().look(running, gpu("a", on(TRIAL), on(201), util=90.0)).readings
    assert [reading.util for reading in readings.values()] == [None, None]
    alone = Telling().look({FIRST: trial()}, gpu("a", on(TRIAL), util=90.0)).readings
    assert alone[FIRST].util == 90.0


def test_a_trial_on_two_gpus_shows_the_mean_of_use_and_the_sum_of_memory() -> None:
    cards = gpu("a", on(TRIAL), util=90.0), gpu("b", on(WORKER, 2 * GIB), util=10.0)
    readings = Telling().look({FIRST: trial("a", "b")}, *cards).readings
    assert readings[FIRST] == Reading(util=50.0, memory=3 * GIB)


def test_a_trial_that_is_on_no_gpu_yet_has_no_memory() -> None:
    readings = Telling().look({FIRST: trial()}, gpu("a", util=0.0)).readings
    assert readings[FIRST] == Reading(util=0.0, memory=None)


def test_a_stranger_is_named_and_its_use_is_not_the_trial_s() -> None:
    card = gpu("a", on(TRIAL, GIB, 20.0), on(STRANGER, 5 * GIB, 70.0), util=90.0)
    found = Telling().look({FIRST: trial()}, card)
    (other,) = found.foreign["a"]
    assert (other.user, other.command, other.pid) == ("bob", "python other.py", STRANGER)
    assert (other.util, other.memory, other.trial) == (70.0, 5 * GIB, None)
    assert found.readings[FIRST] == Reading(util=20.0, memory=GIB)


def test_a_process_on_a_gpu_that_its_trial_was_not_given_is_no_stranger() -> None:
    found = Telling().look({FIRST: trial("a")}, gpu("a"), gpu("b", on(TRIAL)))
    assert found.foreign == {}
    assert found.readings[FIRST].memory is None


def test_what_outlives_its_trial_is_named_after_it_until_it_is_gone() -> None:
    telling = Telling()
    telling.look({FIRST: trial()}, gpu("a", on(TRIAL)))
    telling.look({FIRST: trial()}, error="the NVIDIA driver was unloaded")
    (left,) = telling.look({}, gpu("a", on(TRIAL))).foreign["a"]
    assert (left.trial, left.pid, left.user) == ("t0001", TRIAL, "ann")
    telling.dead.add(TRIAL)
    assert telling.look({}, gpu("a", on(TRIAL))).foreign == {}


def test_the_driver_s_own_servants_are_nobody() -> None:
    origins = {7: Origin(ancestors=(1,), command="nvidia-cuda-mps-server")}
    look = Look(at=1.0, gpus=(gpu("a", on(7)),))
    assert Attribution(lambda _: True).look(look, origins, {}).foreign == {}


def test_a_process_that_is_hidden_from_us_is_there_all_the_same() -> None:
    (other,) = Telling().look({}, gpu("a", on(4242))).foreign["a"]
    assert (other.user, other.command) == ("", "a hidden process")


def test_in_a_container_a_gpu_s_only_trial_has_what_is_there() -> None:
    telling = Telling()
    card = gpu("a", on(90001, 3 * GIB), util=70.0)
    found = telling.look({FIRST: trial()}, card, own_pids=False)
    assert found.readings[FIRST] == Reading(util=70.0, memory=3 * GIB)
    assert found.foreign == {}


def test_in_a_container_what_is_there_without_a_trial_is_another_s() -> None:
    (other,) = Telling().look({}, gpu("a", on(90001)), own_pids=False).foreign["a"]
    assert other.command == "a process of another container"


def test_in_a_container_nobody_knows_which_of_two_trials_a_process_is() -> None:
    running = {FIRST: trial(), SECOND: trial(runner=200)}
    found = Telling().look(running, gpu("a", on(90001), util=70.0), own_pids=False)
    assert found.foreign == {}
    assert set(found.readings.values()) == {Reading()}


@pytest.fixture
def family() -> Iterator[tuple[int, int]]:
    """A process and its child, by pid."""
    process = subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    yield process.pid, int(process.stdout.readline())
    process.communicate()


def test_where_a_real_process_comes_from(family: tuple[int, int]) -> None:
    parent, child = family
    origins = Origins()
    look = Look(at=1.0, gpus=(gpu("a", on(child), on(2**22 + 7)),))
    found = origins.look(look)
    assert set(found) == {child}
    assert found[child].ancestors[:2] == (parent, os.getpid())
    assert (found[child].user, found[child].command) == (getpass.getuser(), "cat -u")
    assert origins.look(look)[child] is found[child]
    assert origins.knows(Look(at=2.0, gpus=(gpu("a", on(child)),)))
    assert not origins.knows(Look(at=2.0, gpus=(gpu("a", on(child), on(parent)),)))
    assert origins.is_there(child)
    assert not origins.is_there(2**22 + 7)


def test_a_trial_that_a_zygote_forked_is_not_called_by_the_zygote_s_command(tmp_path: Path) -> None:
    process = tmp_path / "77"
    process.mkdir()
    (process / "stat").write_bytes(b"77 (python) S 1 77 77 0")
    (process / "cmdline").write_bytes(b"/venv/bin/python\0/x/engine/executors/boot.py\0{}\0")
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "stat").write_bytes(b"1 (init) S 0 1 1 0")
    look = Look(at=1.0, gpus=(gpu("A", on(77)),))
    assert Origins(tmp_path).look(look)[77].command == "a tui-tuner trial"


def test_pids_of_another_namespace_are_not_looked_up(family: tuple[int, int]) -> None:
    look = Look(at=1.0, gpus=(gpu("a", on(family[1])),), own_pids=False)
    assert Origins().look(look) == {}


def test_a_zombie_is_gone() -> None:
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not Origins().is_there(process.pid)
    process.wait()

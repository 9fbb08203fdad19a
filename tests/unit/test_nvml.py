"""What the driver tells of GPUs is read field by field, through NVIDIA's own binding."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.devices.nvml import asked_since_us
from engine.devices.sample import Look
from engine.devices.slow_fields import EVERY
from engine.devices.watch import _KERNEL_S_LIST, PERIOD_S, QUICK_LOOKS, pause_s
from tests.fakes.nvml.box import (
    GIB,
    LOST,
    MISMATCH,
    NO_DRIVER,
    NO_PERMISSION,
    RESET_REQUIRED,
    Box,
    FakeProcess,
)
from tests.fakes.nvml.box import UNKNOWN as SAYS_NOTHING
from tests.fakes.nvml.looker import Looker

LookAt = Callable[[Box], Looker]


@pytest.fixture
def looking() -> Iterator[LookAt]:
    """Starts processes that look, and ends them."""
    started: list[Looker] = []

    def start(box: Box) -> Looker:
        started.append(Looker(box))
        return started[-1]

    yield start
    for looker in started:
        looker.__exit__()


def fault(look: Look, gpu: int) -> str | None:
    return look.gpus[gpu].fault


def test_a_gpu_tells_all_that_is_shown(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 1)
    box.set(0, util=37, temperature=71, power=412_500, ecc=2, throttle=0x24, mem_used=2 * GIB)
    box.run(0, os.getpid(), memory=3 * GIB, util=30)
    look = looking(box).next()
    (gpu,) = look.gpus
    assert (look.driver, look.cuda, look.error) == ("570.86.15", "12.8", None)
    assert (gpu.uuid, gpu.label, gpu.name) == (box.uuid(0), "gpu0", "NVIDIA H100 80GB HBM3")
    assert (gpu.util, gpu.mem_used, gpu.mem_total) == (37.0, 5 * GIB, 80 * GIB)
    assert (gpu.temperature, gpu.power, gpu.power_limit) == (71.0, 412.5, 700.0)
    assert (gpu.sm_clock, gpu.mem_clock, gpu.ecc) == (1980.0, 2619.0, 2)
    assert gpu.throttle == ("power limit", "heat")
    assert (gpu.missing, gpu.fault) == ({}, None)
    (process,) = gpu.processes
    assert (process.pid, process.memory, process.util) == (os.getpid(), 3 * GIB, 30.0)


def test_the_first_looks_come_faster_so_that_trials_need_not_wait() -> None:
    pauses = [pause_s(count, PERIOD_S) for count in (1, QUICK_LOOKS, QUICK_LOOKS + 1)]
    assert pauses == [1 / 3, 1 / 3, 1.0]
    assert pause_s(1, period_s=0.01) == 0.01


def test_what_changes_slowly_is_seen_within_a_few_looks(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 3)
    looker = looking(box)
    looker.next()
    box.set(0, ecc=1, sm_clock=210, throttle=0x8)
    box.run(2, 1, kind=1)
    box.set(1, util=1)
    looker.until(lambda look: look.gpus[1].util == 1)
    for _ in range(EVERY):
        look = looker.next()
    assert (look.gpus[0].ecc, look.gpus[0].sm_clock) == (1, 210.0)
    assert look.gpus[0].throttle == ("hardware slowdown",)
    assert [process.graphics for process in look.gpus[2].processes] == [True]


def test_eight_gpus_with_64_processes_each_are_seen(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 8)
    for gpu in range(8):
        for pid in range(64):
            box.gpus[gpu].processes[pid + 1] = FakeProcess(pid + 1)
    box.write()
    look = looking(box).next()
    assert [gpu.label for gpu in look.gpus] == [f"gpu{n}" for n in range(8)]
    assert all(len(gpu.processes) == 64 for gpu in look.gpus)


def test_a_field_that_is_not_supported_or_fails_leaves_the_others(
    tmp_path: Path, looking: LookAt
) -> None:
    box = Box(tmp_path, 1)
    box.unsupported("nvmlDeviceGetTotalEccErrors")
    box.fail(999, "nvmlDeviceGetPowerUsage")
    (gpu,) = looking(box).next().gpus
    assert (gpu.ecc, gpu.power, gpu.temperature) == (None, None, 40.0)
    assert gpu.missing == {"ecc": "unsupported", "power": "Unknown Error"}


def test_an_older_library_is_asked_by_older_names(tmp_path: Path, looking: LookAt) -> None:
    missing = ("nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetMigMode")
    box = Box(tmp_path, 1, missing=(*missing, "nvmlDeviceGetComputeRunningProcesses_v3"))
    box.set(0, throttle=0x8)
    box.run(0, os.getpid())
    (gpu,) = looking(box).next().gpus
    assert gpu.throttle == ("hardware slowdown",)
    assert [process.pid for process in gpu.processes] == [os.getpid()]
    assert gpu.missing == {}


def test_memory_that_the_driver_keeps_for_itself_is_told_apart_where_it_says(
    tmp_path: Path, looking: LookAt
) -> None:
    """nvidia-smi leaves it out of what is used."""
    (new, old) = (tmp_path / "new", tmp_path / "old")
    new.mkdir(), old.mkdir()
    (newer,) = looking(Box(new, 1)).next().gpus
    (older,) = looking(Box(old, 1, missing=("nvmlDeviceGetMemoryInfo_v2",))).next().gpus
    assert newer.mem_used is not None
    assert older.mem_used is not None
    assert older.mem_used - newer.mem_used == 300 * 2**20
    assert not newer.missing
    assert not older.missing


def test_processes_that_tell_neither_memory_nor_use(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 1)
    box.unsupported("nvmlDeviceGetProcessUtilization")
    box.run(0, os.getpid(), memory=SAYS_NOTHING)
    (process,) = looking(box).next().gpus[0].processes
    assert (process.memory, process.util) == (None, None)


def test_a_process_that_did_nothing_of_late_has_used_nothing(
    tmp_path: Path, looking: LookAt
) -> None:
    box = Box(tmp_path, 1)
    box.run(0, os.getpid(), util=SAYS_NOTHING)
    assert looking(box).next().gpus[0].processes[0].util == 0.0


def test_samples_are_asked_for_again_after_the_clock_was_set_back() -> None:
    now = 1_800_000_000_000_000
    assert asked_since_us(now - 900_000, now) == now - 900_000
    assert asked_since_us(0, now) == asked_since_us(now + 3600_000_000, now) == now - 1_500_000


def test_a_desktop_is_told_from_computing(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 1)
    box.run(0, 1, kind=1)
    box.run(0, os.getpid(), kind=2)
    drawn = {process.pid: process.graphics for process in looking(box).next().gpus[0].processes}
    assert drawn == {1: True, os.getpid(): False}


def test_mig_instances_are_devices_of_their_own(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 2)
    box.mig(1, 2)
    box.run_on(box.gpus[1].instances[1], os.getpid(), memory=GIB)
    look = looking(box).next()
    assert [gpu.label for gpu in look.gpus] == ["gpu0", "gpu1", "gpu1:0", "gpu1:1"]
    whole, other, instance = look.gpus[1:]
    assert instance.uuid.startswith("MIG-")
    assert instance.parent == whole.uuid == box.uuid(1)
    assert (instance.mem_used, instance.mem_total) == (GIB, 40 * GIB)
    assert instance.missing["util"] == "unsupported"
    assert (len(instance.processes), other.processes, whole.processes) == (1, (), ())


def test_instances_made_later_are_found(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 1)
    looker = looking(box)
    assert len(looker.next().gpus) == 1
    box.mig(0, 3)
    assert looker.until(lambda look: len(look.gpus) == 4).gpus[3].label == "gpu0:2"


@pytest.mark.parametrize(("code", "words"), [(LOST, "is lost"), (RESET_REQUIRED, "needs a reset")])
def test_a_gpu_that_breaks_keeps_its_name_and_comes_back(
    tmp_path: Path, looking: LookAt, code: int, words: str
) -> None:
    box = Box(tmp_path, 2)
    looker = looking(box)
    looker.next()
    box.fail(code, gpu=1)
    gpu = looker.until(lambda look: fault(look, 1)).gpus[1]
    assert (gpu.fault, gpu.uuid, gpu.label) == (words, box.uuid(1), "gpu1")
    for _ in range(20):
        look = looker.next()
        assert (look.gpus[1].fault, look.gpus[1].uuid) == (words, box.uuid(1))
        assert look.gpus[0].fault is None
    box.heal()
    assert looker.until(lambda look: fault(look, 1) is None).gpus[1].util == 0.0


def test_a_gpu_that_was_lost_before_anyone_looked_is_shown(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 2)
    box.lose(0)
    look = looking(box).next()
    assert [(gpu.label, gpu.fault) for gpu in look.gpus] == [("gpu0", "is lost"), ("gpu1", None)]


def test_gpus_that_only_others_may_use_are_not_there_and_the_rest_keep_their_numbers(
    tmp_path: Path, looking: LookAt
) -> None:
    box = Box(tmp_path, 3)
    box.fail(NO_PERMISSION, gpu=1)
    looker = looking(box)
    assert [(gpu.label, gpu.fault) for gpu in looker.next().gpus] == [
        ("gpu0", None),
        ("gpu2", None),
    ]


def test_a_box_whose_gpus_all_are_others_says_so(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 2)
    box.fail(NO_PERMISSION, gpu=0)
    box.fail(NO_PERMISSION, gpu=1)
    look = looking(box).next()
    assert (look.error or "").startswith("no permission to use the NVIDIA driver")
    assert look.gpus == ()


def test_a_gpu_that_vanishes_is_lost(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 2)
    looker = looking(box)
    looker.next()
    uuid = box.vanish(1).uuid
    gpu = looker.until(lambda look: fault(look, 1)).gpus[1]
    assert (gpu.uuid, gpu.fault) == (uuid, "is lost")


@pytest.mark.skipif(os.path.exists(_KERNEL_S_LIST), reason="the kernel lists the real GPUs here")
def test_a_gpu_that_comes_late_is_seen(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 1)
    looker = looking(box)
    assert len(looker.next().gpus) == 1
    box.add()
    pid = looker.process.pid
    assert looker.until(lambda look: len(look.gpus) == 2).gpus[1].uuid == box.uuid(1)
    assert looker.process.pid == pid
    assert looker.process.poll() is None


def test_an_error_of_the_hardware_is_told_and_one_of_a_program_is_not(
    tmp_path: Path, looking: LookAt
) -> None:
    box = Box(tmp_path, 2)
    looker = looking(box)
    looker.next()
    box.xid(0, 31)
    box.xid(1, 79)
    look = looker.until(lambda look: fault(look, 1))
    assert [fault(look, 0), fault(look, 1)] == [None, "XID 79: it has fallen off the bus"]


def test_without_events_all_else_is_seen(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 1, missing=("nvmlEventSetCreate", "nvmlDeviceRegisterEvents"))
    assert looking(box).next().gpus[0].util == 0.0


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (NO_DRIVER, "the NVIDIA driver is not loaded"),
        (NO_PERMISSION, "no permission to use the NVIDIA driver"),
        (MISMATCH, "the NVIDIA driver was updated while the old one still runs"),
        (999, "the NVIDIA driver says: Unknown Error"),
    ],
)
def test_a_box_without_a_driver_that_works_says_why(
    tmp_path: Path, looking: LookAt, code: int, words: str
) -> None:
    box = Box(tmp_path, 2)
    box.fail(code, "nvmlInitWithFlags")
    look = looking(box).next()
    assert (look.error or "").startswith(words)
    assert look.gpus == ()


def test_a_driver_that_goes_and_comes_back(tmp_path: Path, looking: LookAt) -> None:
    box = Box(tmp_path, 2)
    looker = looking(box)
    assert looker.next().error is None
    box.fail(MISMATCH)
    assert "was updated" in (looker.until(lambda look: look.error).error or "")
    box.heal()
    assert len(looker.until(lambda look: look.error is None).gpus) == 2


def test_a_box_without_the_library_says_so() -> None:
    with Looker(LD_LIBRARY_PATH="/nonexistent") as looker:
        look = looker.next()
    if look.error is None:
        pytest.skip("there is a driver")
    assert look.error == "there is no NVIDIA driver: libnvidia-ml.so.1 was not found"


def test_it_ends_when_nobody_listens(tmp_path: Path, looking: LookAt) -> None:
    looker = looking(Box(tmp_path, 1))
    looker.next()
    assert looker.process.stdin is not None
    looker.process.stdin.close()
    looker.process.stdin = None
    assert looker.process.wait(timeout=10) == 0


def test_it_ends_when_its_output_is_closed(tmp_path: Path, looking: LookAt) -> None:
    looker = looking(Box(tmp_path, 1))
    looker.next()
    assert looker.process.stdout is not None
    looker.process.stdout.close()
    looker.process.stdout = None
    assert looker.process.wait(timeout=10) == 0

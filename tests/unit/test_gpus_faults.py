"""What a GPU did to a trial is told from what its script did, and not held against it."""

from __future__ import annotations

import pytest

from engine.core.acts import Pause, Stop
from engine.core.attempt import Exit
from engine.core.commands import StopAttempt
from engine.core.devices import Openness
from engine.core.events import DevicesChanged
from engine.core.faults import fault_of
from engine.core.model import (
    Exited,
    Failed,
    FailureKind,
    Paused,
    Running,
    Signalled,
    Waiting,
)
from engine.core.projection import trial_view
from tests.fakes.gpu_sweep import GpuSweep
from tests.fakes.standings import standing, uuid
from tests.fakes.told_sweep import ToldSweep

OOM = Exited(code=1, fault="oom", tail="torch.OutOfMemoryError: CUDA out of memory. Tried ...")
BROKEN = Exited(code=1, tail="RuntimeError: CUDA error: uncorrectable ECC error encountered")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB. GPU 0", "oom"),
        ("torch.cuda.OutOfMemoryError: CUDA out of memory.", "oom"),
        ("RuntimeError: CUDA error: out of memory", "oom"),
        ("jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory", "oom"),
        ("tensorflow...errors_impl.ResourceExhaustedError: OOM when allocating tensor", "oom"),
        ("cupy.cuda.memory.OutOfMemoryError: Out of memory allocating 8,000 bytes", "oom"),
        ("RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`", "oom"),
        ("RuntimeError: cuDNN error: CUDNN_STATUS_ALLOC_FAILED", "oom"),
        ("RuntimeError: CUDA error: uncorrectable ECC error encountered", "device"),
        ("RuntimeError: CUDA error: no CUDA-capable device is detected", "device"),
        ("CUDA error: all CUDA-capable devices are busy or unavailable", "device"),
        ("Unable to determine the device handle for GPU 0000:65:00.0: GPU is lost.", "device"),
        ("RuntimeError: CUDA error: device-side assert triggered", None),
        ("RuntimeError: CUDA error: an illegal memory access was encountered", None),
        ("status = StatusCode.RESOURCE_EXHAUSTED", None),
        ("RuntimeError: No CUDA GPUs are available", "device"),
        ("KeyError: 'lr'", None),
        ("MemoryError", None),
    ],
)
def test_the_last_lines_tell_what_was_short(line: str, kind: str | None) -> None:
    tail = f"epoch 3\nTraceback (most recent call last):\n{line}\nCompile with `TORCH_USE_CUDA_DSA`"
    fault = fault_of(Exited(code=1, tail=tail))
    assert (fault.kind if fault else None) == kind
    if fault is not None:
        assert fault.line == line


@pytest.mark.parametrize(
    "ended",
    [
        Exited(code=0, tail="CUDA out of memory"),
        Exited(code=1, tail="caught: CUDA out of memory\n" + "epoch\n" * 50 + "KeyError: 'lr'"),
        Signalled(signal=9, tail="CUDA out of memory"),
        Exited(code=1, tail="CUDA error: device-side assert triggered\nKeyError: 'x'"),
    ],
)
def test_what_a_script_got_over_or_did_itself_is_no_fault_of_the_gpu(ended: Exit) -> None:
    assert fault_of(ended) is None


def test_the_scripts_own_record_counts_where_its_output_says_nothing() -> None:
    fault = fault_of(Exited(code=1, tail="something else\n", fault="oom"))
    assert fault is not None
    assert (fault.kind, fault.line) == ("oom", "something else")


def test_a_framework_that_aborts_tells_by_its_output() -> None:
    fault = fault_of(Signalled(signal=6, tail="F0000 RESOURCE_EXHAUSTED: 2 GiB\n"))
    assert fault is not None
    assert fault.kind == "oom"


def test_a_trial_short_of_memory_beside_others_runs_once_more_alone_and_first() -> None:
    sweep = GpuSweep(count=1, gpus=0.25)
    sweep.propose(5)
    assert set(sweep.on()) == {1, 2, 3, 4}
    sweep.end(2, OOM)
    assert next(iter(sweep.state.waiting)) == 2
    assert set(sweep.on()) == {1, 3, 4, 5}, "others go on while it waits for a whole GPU"
    row = trial_view(sweep.trial(2))
    assert (row.state, row.failure) == ("waiting", None)
    assert row.reason == "ran out of GPU memory beside others: goes on alone"
    assert row.attempt_list[0].outcome == "oom"
    assert sweep.history()[-1] == ("t0002 ran out of GPU memory beside others, and goes on alone")
    assert sweep.state.failures_in_a_row == 0
    for number in (1, 3, 4, 5):
        sweep.report(number, 27)
        sweep.end(number)
    assert sweep.on() == {2: "gpu0"}
    assert sweep.trial(2).attempts[-1].share == 1_000_000
    sweep.end(2, OOM)
    state = sweep.trial(2).state
    assert isinstance(state, Failed)
    assert (state.kind, state.reason) == (FailureKind.OOM, OOM.tail)


def test_a_trial_that_others_came_to_counts_as_one_beside_others() -> None:
    sweep = GpuSweep(count=1, gpus=0.5)
    sweep.propose(1)
    sweep.propose(1)
    sweep.report(2, 27)
    sweep.end(2)
    sweep.end(1, OOM)
    assert sweep.trial(1).alone


def test_a_trial_short_of_memory_with_a_gpu_to_itself_is_infeasible() -> None:
    sweep = GpuSweep()
    sweep.propose(2)
    sweep.end(1, OOM)
    state = sweep.trial(1).state
    assert isinstance(state, Failed)
    assert state.kind.infeasible


def test_a_gpu_that_fails_a_trial_three_times_fails_it_elsewhere_first() -> None:
    sweep = GpuSweep(count=3)
    sweep.propose(1)
    assert sweep.on() == {1: "gpu0"}
    sweep.end(1, BROKEN)
    assert sweep.on() == {1: "gpu1"}, "rather on another"
    assert "goes on elsewhere: the GPU failed it" in sweep.history()[-1]
    sweep.end(1, BROKEN)
    sweep.end(1, BROKEN)
    state = sweep.trial(1).state
    assert isinstance(state, Failed)
    assert state.kind is FailureKind.DEVICE
    assert state.reason.startswith("its GPU failed 3 times in a row: RuntimeError: CUDA error")


def test_a_gpu_that_fails_trials_is_closed_whatever_its_driver_says_before_one_fails_for_it() -> (
    None
):
    sweep = GpuSweep(count=2)
    sweep.propose(3)
    sweep.end(2, BROKEN)
    assert sweep.on() == {1: "gpu0", 2: "gpu1"}, "no other is free"
    sweep.end(2, BROKEN)
    standing_now = sweep.state.gpus.standings[uuid(1)]
    assert standing_now.state == "quarantined"
    assert standing_now.reason == f"it failed trials 2 times in a row: {BROKEN.tail}"
    assert sweep.history()[-1] == f"gpu1 failed trials 2 times in a row: {BROKEN.tail}"
    assert sweep.state.gpus.quarantined == set(), "it comes back by itself"
    assert sweep.on() == {1: "gpu0"}
    sweep.report(1, 27)
    sweep.end(1)
    assert sweep.on() == {2: "gpu0"}


def test_a_trial_that_went_well_clears_its_gpu_of_the_failure_before() -> None:
    sweep = GpuSweep(count=1)
    sweep.propose(3)
    for ended in (BROKEN, None, BROKEN):
        (number,) = sweep.on()
        if ended is None:
            sweep.report(number, 27)
        sweep.end(number, ended)
    assert sweep.state.gpus.standings[uuid(0)].state == "open"


def test_a_sweep_on_the_cpu_retries_nothing_for_want_of_a_gpu() -> None:
    sweep = ToldSweep()
    sweep.propose()
    sweep.end(1, Exited(code=1, tail="RuntimeError: no CUDA-capable device is detected"))
    state = sweep.trial(1).state
    assert isinstance(state, Failed)
    assert state.kind is FailureKind.ERROR


def test_what_ran_on_a_lost_gpu_goes_on_elsewhere() -> None:
    sweep = GpuSweep(count=3)
    sweep.propose(2)
    sweep.report(2, 1, 2)
    sweep.look(standing(1, "quarantined", "XID 79"))
    assert sweep.commands[0] == StopAttempt(trial=2, attempt=1)
    assert sweep.running(2).reason == "gpu1 was lost: XID 79"
    assert sweep.history()[-1] == "gpu1 was lost: XID 79; t0002 goes on elsewhere"
    assert sweep.machine.history.decisions[-1].trials == ("t0002",)
    sweep.end(2, Signalled(signal=15))
    assert sweep.on() == {1: "gpu0", 2: "gpu2"}
    assert trial_view(sweep.trial(2)).attempt_list[0].outcome == "stopped"


def test_a_trial_on_two_gpus_loses_both_with_one() -> None:
    sweep = GpuSweep(count=4, gpus=2.0)
    sweep.propose(1)
    sweep.look(standing(1, "gone"))
    sweep.end(1, Signalled(signal=15))
    assert sweep.on() == {1: "gpu0 gpu2"}
    assert sweep.state.gpus.taken(uuid(1)) == 0


def test_a_trial_that_was_held_or_paused_on_a_lost_gpu_stays_paused() -> None:
    sweep = GpuSweep()
    sweep.propose(2)
    sweep.do(Pause(trials=(1,), how="hold"))
    sweep.do(Pause(trials=(2,)), listening=frozenset({2}))
    sweep.look(standing(0, "gone"), standing(1, "gone"))
    assert sweep.commands[:2] == [StopAttempt(trial=n, attempt=1) for n in (1, 2)]
    for number in (1, 2):
        sweep.end(number, Signalled(signal=15))
        assert isinstance(sweep.trial(number).state, Paused)


def test_what_leaves_a_lost_gpu_waits_where_the_sweep_is_stopped() -> None:
    sweep = GpuSweep()
    sweep.propose(1)
    sweep.do(Stop())
    sweep.look(standing(0, "gone"))
    sweep.end(1, Signalled(signal=15))
    assert isinstance(sweep.trial(1).state, Waiting)
    assert sweep.state.status == "stopped"


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        ("quarantined", "is lost", "gpu1 is lost"),
        ("quarantined", "needs a reset", "gpu1 needs a reset"),
        ("gone", "not there any more", "gpu1 is not there any more"),
    ],
)
def test_a_lost_gpu_is_told_of_in_plain_words(state: Openness, reason: str, told: str) -> None:
    sweep = GpuSweep()
    sweep.look(standing(1, state, reason))
    assert sweep.history()[-1] == told


def test_a_gpu_lost_twice_over_is_told_once() -> None:
    sweep = GpuSweep()
    for reason in ("XID 79", "XID 79: off the bus"):
        sweep.look(standing(1, "quarantined", reason))
    assert [s for s in sweep.history() if "lost" in s] == ["gpu1 was lost: XID 79"]
    assert sweep.machine.history.decisions[-1].what == "quarantine"
    assert isinstance(sweep.log[-1].event, DevicesChanged)
    assert not any(isinstance(t.state, Running) for t in sweep.state.trials.values())

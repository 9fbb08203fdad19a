"""What a script's last exception says of the GPU: no memory left, or the GPU itself broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.executors import exceptions
from engine.executors.faults import fault_of
from engine.executors.gpu_memory import FILE, peak_gpu_memory
from tui_tuner.sdk import last_exception, wire

TORCH = ["torch.OutOfMemoryError", "builtins.RuntimeError"]
OTHER = ["builtins.RuntimeError"]
SPAWNED = """

-- Process 1 terminated with the following error:
Traceback (most recent call last):
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.
"""


def told(folder: Path, *chains: list[dict[str, Any]]) -> str | None:
    lines = [json.dumps({"pid": 1, "chain": chain}) for chain in chains]
    (folder / exceptions.FILE).write_text("\n".join(lines))
    return fault_of(folder)


@pytest.mark.parametrize(
    ("types", "text", "fault"),
    [
        (TORCH, "CUDA out of memory. Tried to allocate 20.00 MiB.", "oom"),
        (["torch.cuda.OutOfMemoryError"], "", "oom"),
        (["__main__.MyOom", *TORCH], "", "oom"),
        (OTHER, "CUDA out of memory. Tried to allocate", "oom"),
        (OTHER, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate", "oom"),
        (["torch.AcceleratorError"], "CUDA error: out of memory", "oom"),
        (["jaxlib._jax.XlaRuntimeError"], "RESOURCE_EXHAUSTED: Out of memory allocating 9", "oom"),
        (["cupy.cuda.memory.OutOfMemoryError"], "Out of memory allocating 512 bytes", "oom"),
        (["torch.multiprocessing.spawn.ProcessRaisedException"], SPAWNED, "oom"),
        (["torch.AcceleratorError"], "CUDA error: uncorrectable ECC error encountered", "device"),
        (OTHER, "No CUDA GPUs are available", "device"),
        (OTHER, "CUDA error: all CUDA-capable devices are busy or unavailable", "device"),
        (OTHER, "CUDA error: CUDA-capable device(s) is/are busy or unavailable", "device"),
        (["torch.AcceleratorError"], "CUDA error: device-side assert triggered", None),
        (["torch.AcceleratorError"], "CUDA error: an illegal memory access was encountered", None),
        (OTHER, "[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate", None),
        (["builtins.MemoryError"], "", None),
        (["builtins.ValueError"], "batch_size", None),
    ],
)
def test_an_exception_tells_what_was_short(
    tmp_path: Path, types: list[str], text: str, fault: str | None
) -> None:
    assert told(tmp_path, [{"types": types, "text": text}]) == fault


def test_the_cause_of_an_exception_counts(tmp_path: Path) -> None:
    own = {"types": ["__main__.TrainingFailed"], "text": "epoch 3"}
    assert told(tmp_path, [own, {"types": TORCH, "text": ""}]) == "oom"


def test_one_ranks_lack_of_memory_is_what_ended_the_others(tmp_path: Path) -> None:
    lost = [{"types": ["torch.distributed.DistBackendError"], "text": "NCCL: GPU is lost"}]
    assert told(tmp_path, lost, [{"types": TORCH, "text": ""}], lost) == "oom"


@pytest.mark.parametrize("text", ["", "torn {", "[1]", '{"chain": 3}', '{"chain": [3, {}]}'])
def test_a_file_of_anything_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / exceptions.FILE).write_text(text)
    assert fault_of(tmp_path) is None


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert fault_of(tmp_path) is None
    assert peak_gpu_memory(tmp_path) is None


def test_the_sdk_and_a_forked_script_tell_an_exception_alike(tmp_path: Path) -> None:
    try:
        try:
            raise KeyError("x" * 5000)
        except KeyError as error:
            raise RuntimeError("surrogate \udc80") from error
    except RuntimeError as caught:
        exceptions.tell(caught, str(tmp_path))
        last_exception._tell(caught, str(tmp_path))
    one, other = (tmp_path / wire.EXCEPTIONS_FILE).read_text().splitlines()
    assert one == other
    assert len(one) < 3000


def test_files_have_one_name() -> None:
    assert (exceptions.FILE, FILE) == (wire.EXCEPTIONS_FILE, wire.GPU_MEMORY_FILE)


def test_the_peaks_of_all_ranks_add_up(tmp_path: Path) -> None:
    lines = [("0", 100), ("1", 70), ("0", 300), ("1", 60), ("0", "many"), (None, 5)]
    text = "".join(json.dumps({"rank": rank, "peak": peak}) + "\n" for rank, peak in lines)
    (tmp_path / FILE).write_text("garbage\n" + text)
    assert peak_gpu_memory(tmp_path) == 370

"""What a script's last exception says was short: the GPU's memory, or the GPU itself."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import exceptions

_LONGEST = 1 << 16
_MEMORY_TYPES = frozenset(
    {
        "torch.OutOfMemoryError",
        "torch.cuda.OutOfMemoryError",
        "torch._C.OutOfMemoryError",
        "cupy.cuda.memory.OutOfMemoryError",
        "tensorflow.python.framework.errors_impl.ResourceExhaustedError",
    }
)
_MEMORY = re.compile(
    r"CUDA out of memory|CUDA error: out of memory|HIP out of memory"
    r"|CU(BLAS|DNN|SOLVER|SPARSE|FFT)_STATUS_ALLOC_FAILED|CUDA_ERROR_OUT_OF_MEMORY"
    r"|cudaErrorMemoryAllocation|RESOURCE_EXHAUSTED: (Out of memory|Failed to allocate)"
    r"|torch(\.cuda|\._C)?\.OutOfMemoryError",
)
_DEVICE = re.compile(
    r"uncorrectable (ECC|NVLink)|GPU is lost|fallen off the bus|no CUDA-capable device"
    r"|CUDA-capable device\S* (is/)?are busy or unavailable|No CUDA GPUs are available"
    r"|CUDA error: (unknown error|hardware stack error|system not yet initialized)"
    r"|CUDA_ERROR_(ECC_UNCORRECTABLE|NO_DEVICE|DEVICE_UNAVAILABLE|HARDWARE_STACK_ERROR)",
    re.IGNORECASE,
)
"""What only a broken, vanished or taken GPU says; an assertion or an illegal access on it is the
script's own doing. https://docs.nvidia.com/cuda/cuda-runtime-api, cudaError_t."""


def fault_of(attempt_dir: Path) -> str | None:
    """'oom' where any process of the attempt died of it, else 'device', else None."""
    found = {_judged(link) for chain in _told(attempt_dir) for link in chain}
    return "oom" if "oom" in found else "device" if "device" in found else None


def _judged(link: Any) -> str | None:
    if not isinstance(link, dict):
        return None
    types, text = link.get("types"), link.get("text")
    if isinstance(types, list) and not _MEMORY_TYPES.isdisjoint(map(str, types)):
        return "oom"
    if not isinstance(text, str):
        return None
    return "oom" if _MEMORY.search(text) else "device" if _DEVICE.search(text) else None


def _told(attempt_dir: Path) -> Iterator[list[Any]]:
    """The exceptions of the attempt's processes, each with its causes."""
    for told in read_lines(attempt_dir / exceptions.FILE):
        chain = told.get("chain")
        if isinstance(chain, list):
            yield chain


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read the end of a file of JSON objects, one a line; what is none is left out."""
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _LONGEST, 0))
            lines = file.read().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict):
            yield told

"""What a script's last words say of the GPU: out of memory, or broken.

Only the end of the output counts, where an uncaught exception stands: scripts also print such
sentences of errors that they got over.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from typing import Literal, NamedTuple

from .attempt import Exit, Exited, Signalled

LAST_LINES = 40
"""A traceback's last exception, and what frameworks and launchers print after it."""

_ABORTS = (signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS)
"""How a framework's own checks end a process."""

_OOM = re.compile(
    r"CUDA out of memory|HIP out of memory|OutOfMemoryError"
    r"|CUDA error: out of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation"
    r"|(?<!StatusCode\.)RESOURCE_EXHAUSTED|ResourceExhaustedError|Resource exhausted: "
    r"|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|CUFFT_ALLOC_FAILED"
    r"|CUSOLVER_STATUS_ALLOC_FAILED|CUSPARSE_STATUS_ALLOC_FAILED"
    r"|bad_alloc: .*out_of_memory"
)
"""PyTorch; CUDA itself; XLA (JAX, TensorFlow); the libraries' handles; RAPIDS. CuPy's exception is
called OutOfMemoryError too. StatusCode is gRPC's, which says so of quotas."""

_DEVICE = re.compile(
    r"no CUDA-capable device|No CUDA GPUs are available|CUDA_ERROR_NO_DEVICE|cudaErrorNoDevice"
    r"|busy or unavailable|cudaErrorDevicesUnavailable|cudaErrorDeviceUnavailable"
    r"|uncorrectable (?:NVLink |ECC )?error|CUDA_ERROR_ECC_UNCORRECTABLE|cudaErrorECCUncorrectable"
    r"|GPU is lost|GPU has fallen off the bus|CUDA_ERROR_DEVICE_UNAVAILABLE"
    r"|CUDA driver initialization failed|CUDA unknown error"
    r"|CUDA error: (?:unknown error|hardware stack error|system not yet initialized"
    r"|driver shutting down)"
)
"""Not a device-side assert, nor an illegal address or instruction: those are the script's."""

_OF_SCRIPTS = re.compile(
    r"device-side assert|illegal memory access|illegal instruction|misaligned address"
)


class Fault(NamedTuple):
    """What was short, and the line that says so."""

    kind: Literal["oom", "device"]
    line: str


def fault_of(ended: Exit) -> Fault | None:
    """What of the GPU an attempt ended by; None where it was something else."""
    if isinstance(ended, Exited) and ended.code != 0:
        return _recorded(ended) or fault_in(ended.tail)
    if isinstance(ended, Signalled) and ended.signal in _ABORTS:
        return fault_in(ended.tail)
    return None


def _recorded(ended: Exited) -> Fault | None:
    """What its script's own last exception says."""
    line = next(_last_lines(ended.tail), "")
    found = fault_in(ended.tail)
    match ended.fault:
        case "oom":
            return Fault("oom", found.line if found else line or "out of memory")
        case "device":
            return Fault("device", found.line if found else line or "the GPU failed")
    return None


def fault_in(text: str) -> Fault | None:
    """The last line that tells of a fault: what an exception led to is printed after it."""
    for line in _last_lines(text):
        if _OF_SCRIPTS.search(line):
            return None
        if _OOM.search(line):
            return Fault("oom", line)
        if _DEVICE.search(line):
            return Fault("device", line)
    return None


def _last_lines(tail: str) -> Iterator[str]:
    """The lines that say something, the last one first, each as a reason to show."""
    lines = [line.strip() for line in tail.splitlines() if line.strip()]
    return (line[:300] for line in reversed(lines[-LAST_LINES:]))

"""The trial's share of CPU threads, for libraries that read the environment before the fork.

Standard library only, Python 3.8 syntax: this file runs in the trials' interpreters.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

_SETTERS = (
    "scipy_openblas_set_num_threads64_",
    "scipy_openblas_set_num_threads",
    "openblas_set_num_threads64_",
    "openblas_set_num_threads",
)
_openblas: list[Any] = []


def find_openblas() -> None:
    """Look up the loaded OpenBLAS libraries, so that a child need not search for them."""
    with open("/proc/self/maps") as file:
        paths = {line.split(None, 5)[5].strip() for line in file if "openblas" in line}
    for path in sorted(paths):
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        _openblas.extend(getattr(library, name) for name in _SETTERS if hasattr(library, name))


def set_threads(count: int | None) -> None:
    """Set how many threads torch and OpenBLAS use; None: as a fresh interpreter would choose."""
    chosen = count or _from_environment() or len(os.sched_getaffinity(0))
    if chosen == 1:
        return
    torch = sys.modules.get("torch")
    if torch:
        torch.set_num_threads(chosen)
    for setter in _openblas:
        setter(ctypes.c_int(chosen))


def _from_environment() -> int | None:
    value = os.environ.get("OMP_NUM_THREADS", "")
    return int(value) if value.isdigit() and int(value) > 0 else None

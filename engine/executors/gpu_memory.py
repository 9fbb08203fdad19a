"""The most GPU memory that torch reserved in an attempt's processes, as the SDK told it."""

from __future__ import annotations

from pathlib import Path

from .faults import read_lines

FILE = "gpu_memory.jsonl"


def peak_gpu_memory(attempt_dir: Path) -> int | None:
    """Bytes, summed over the ranks of a distributed job; None: nothing was told."""
    peaks: dict[str, int] = {}
    for told in read_lines(attempt_dir / FILE):
        rank, peak = told.get("rank"), told.get("peak")
        if isinstance(rank, str) and isinstance(peak, int) and 0 < peak < 2**50:
            peaks[rank] = max(peaks.get(rank, 0), peak)
    return sum(peaks.values()) or None

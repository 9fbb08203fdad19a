"""Tells the sweep the most GPU memory that torch has reserved in this process."""

from __future__ import annotations

import json
import os
import sys
import time

from . import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LOOK_EVERY_S = 5.0
_WORTH_TELLING = 1.02


class GpuMemory:
    """Looks at torch's count, never at the GPU, and never imports torch nor touches CUDA itself.

    Writes a line a look that found noticeably more than the one before; never raises.
    """

    def __init__(self, attempt_dir: str) -> None:
        self._path = os.path.join(attempt_dir, wire.GPU_MEMORY_FILE)
        self._next = 0.0
        self._told = 0
        self._begun = False

    def look_now_and_then(self) -> None:
        """Look unless that was done within the last seconds."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + LOOK_EVERY_S
            self.look()

    def look(self) -> None:
        """Tell the peak if it has grown."""
        peak = _reserved()
        if peak > self._told * _WORTH_TELLING:
            self._told = peak
            self._write(peak)

    def _write(self, peak: int) -> None:
        if not self._begun:
            self._begun = True
            import atexit

            atexit.register(self.look)
        line = json.dumps({"rank": os.environ.get("RANK") or "0", "peak": peak}).encode() + b"\n"
        try:
            fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError:
            return
        try:
            os.write(fd, line)
        except OSError:
            return
        finally:
            os.close(fd)


def _reserved() -> int:
    """The most bytes that torch has reserved on this process's GPUs; 0 where it uses none."""
    cuda: Any = getattr(sys.modules.get("torch"), "cuda", None)
    try:
        if cuda is None or not cuda.is_initialized():
            return 0
        return sum(int(cuda.max_memory_reserved(n)) for n in range(cuda.device_count()))
    except Exception:  # noqa: BLE001 - torch's own; a trial must not fail by being looked at
        return 0

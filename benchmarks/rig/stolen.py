"""What the host of a virtual machine takes of its cores: nobody in it can do anything then."""

from __future__ import annotations

import os
from pathlib import Path

_STEAL = 8


def stolen_s() -> float:
    """Seconds of a core taken since the start of the machine; 0 where the kernel does not say."""
    try:
        ticks = Path("/proc/stat").read_text().split(maxsplit=_STEAL + 1)[_STEAL]
    except (OSError, IndexError):
        return 0.0
    return int(ticks) / os.sysconf("SC_CLK_TCK")

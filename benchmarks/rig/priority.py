"""Measuring on a machine that others use too: what is measured gets a core when it wants one.

Where the user may not do so (root alone may, on Linux with autogroups), nothing changes.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

PREFERENCE = -15
_AUTOGROUP = Path("/proc/self/autogroup")


def prefer_session() -> bool:
    """Prefer the processes of this session, which the caller has just begun; say whether."""
    try:
        _AUTOGROUP.write_text(str(PREFERENCE))
    except OSError:
        return False
    return True


def prefer_thread() -> None:
    """Wake this thread, which does next to nothing, as soon as there is something for it."""
    with suppress(OSError, AttributeError):
        kind = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, kind, os.sched_param(1))

"""Full disks: what is to be written waits for space."""

from __future__ import annotations

import errno

from engine.errors import LaunchError

DISK_RETRY_S = 1.0
"""How often a full disk is tried again."""


def is_disk_full(error: BaseException) -> bool:
    """Whether something could not be written for want of space."""
    cause = error.__cause__ if isinstance(error, LaunchError) else error
    return isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)

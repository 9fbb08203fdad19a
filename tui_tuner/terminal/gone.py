"""A terminal that is gone: nothing can be read from it, written to it or restored on it."""

from __future__ import annotations

import os
import signal
import termios
from typing import NoReturn


def is_there(descriptor: int) -> bool:
    """Say whether a terminal still answers."""
    try:
        termios.tcgetattr(descriptor)
    except (termios.error, OSError, ValueError):
        return False
    return True


def end() -> NoReturn:
    """End the process from any thread, as a hangup does.

    Nobody tells a process of a hangup that has no controlling terminal, or whose shell ignores
    it; and whatever waits for the terminal waits for ever.
    """
    os._exit(128 + signal.SIGHUP)

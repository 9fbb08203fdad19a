"""What SIGHUP and SIGTERM do: leave the terminal as it was while there is one, else just go."""

from __future__ import annotations

import os
import signal
import sys
import termios
from asyncio import get_running_loop
from collections.abc import Callable

SIGNALS = (signal.SIGHUP, signal.SIGTERM)


def leave_when_told(leave: Callable[[], object]) -> None:
    """Call `leave` on SIGHUP or SIGTERM; end at once where the terminal itself is gone.

    Needs a running event loop. Nothing could be restored, and writes would never return, on a
    terminal that hung up.
    """

    def told(number: int) -> None:
        if _terminal_is_there():
            leave()
            return
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for number in SIGNALS:
        get_running_loop().add_signal_handler(number, told, number)


def _terminal_is_there() -> bool:
    try:
        termios.tcgetattr(sys.__stdin__ or 0)
    except (termios.error, OSError, ValueError):
        return False
    return True

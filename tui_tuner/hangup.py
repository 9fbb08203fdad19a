"""What SIGHUP and SIGTERM do: leave the terminal as it was while there is one, else just go."""

from __future__ import annotations

import signal
import sys
from asyncio import get_running_loop
from collections.abc import Callable
from threading import Timer

from tui_tuner.terminal.gone import end, is_there

SIGNALS = (signal.SIGHUP, signal.SIGTERM)
PATIENCE_S = 4.0
"""How long leaving may take: a terminal that takes no more output would hold it up for ever."""


def leave_when_told(leave: Callable[[], object]) -> None:
    """Call `leave` on SIGHUP or SIGTERM; end at once where the terminal itself is gone.

    Needs a running event loop, which is woken by every signal from then on: else one that comes
    as it falls asleep, a size of the terminal too, would wait. The loop itself may wait for the
    terminal, so what must not wait is done outside of it.
    """
    loop = get_running_loop()

    def told(*_: object) -> None:
        if not is_there(sys.__stdin__.fileno() if sys.__stdin__ else 0):
            end()
        last = Timer(PATIENCE_S, end)
        last.daemon = True
        last.start()

    for number in SIGNALS:
        loop.add_signal_handler(number, leave)
        signal.signal(number, told)

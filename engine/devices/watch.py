"""`python -P -m engine.devices.watch [SECONDS [LOOKS]]`: looks at the GPUs, a line each time.

A look comes SECONDS after the last; the first ones come faster, so that trials need not wait. After
LOOKS of them the driver's library is loaded anew, where nothing else tells of GPUs that came late.
It ends when its standard input or output is closed, or its parent is gone.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Sequence

import msgspec

from .driver_calls import BoxError
from .nvml import Nvml
from .sample import Look

PERIOD_S = 1.0
QUICK_S = 1 / 3
QUICK_LOOKS = 10
"""So many first looks come so fast: a driver measures utilisation over a second at most."""
IN_VAIN = 30
"""After so many looks in vain it begins anew."""
UNTOLD = 600
"""After so many looks it begins anew where the kernel does not list its GPUs."""
_KERNEL_S_LIST = "/proc/driver/nvidia/gpus"
_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> None:
    """Look until nobody listens."""
    period_s, untold = _pace(arguments)
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    listed = _listed()
    nvml: Nvml | None = None
    in_vain = 0
    for count in range(1, sys.maxsize):
        begun = time.monotonic()
        try:
            nvml = nvml or Nvml()
            look, in_vain = nvml.look(), 0
        except BoxError as error:
            look, in_vain = _nothing(error), in_vain + 1
        _write(msgspec.json.encode(look) + b"\n")
        _rest(begun + pause_s(count, period_s))
        if in_vain >= IN_VAIN or _listed() != listed or (listed is None and count >= untold):
            _begin_anew()


def pause_s(count: int, period_s: float) -> float:
    """How long after the look of that number, 1 being the first, the next one comes."""
    return period_s if count > QUICK_LOOKS else min(QUICK_S, period_s)


def _pace(arguments: Sequence[str]) -> tuple[float, int]:
    """How long after a look the next one comes, and how many it takes for GPUs nobody tells of."""
    period_s = float(arguments[0]) if arguments else PERIOD_S
    return period_s, int(arguments[1]) if len(arguments) > 1 else UNTOLD


def _nothing(error: BoxError) -> Look:
    return Look(at=time.clock_gettime(time.CLOCK_BOOTTIME), error=str(error))


def _listed() -> tuple[str, ...] | None:
    """The GPUs that the kernel's driver has; None: it does not tell (WSL, some containers)."""
    try:
        return tuple(sorted(os.listdir(_KERNEL_S_LIST)))
    except OSError:
        return None


def _write(line: bytes) -> None:
    """Write a line; a reader that is gone ends this process."""
    try:
        while line:
            line = line[os.write(sys.stdout.fileno(), line) :]
    except OSError:
        sys.exit(0)


def _rest(until: float) -> None:
    """Wait for the next look; standard input that ends ends this process."""
    while (left_s := until - time.monotonic()) > 0:
        readable, _, _ = select.select([sys.stdin.fileno()], [], [], left_s)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            sys.exit(0)


def _begin_anew() -> None:
    """Load the library anew: it counts GPUs once, and cannot talk to a driver that was updated."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


if __name__ == "__main__":
    main(sys.argv[1:])

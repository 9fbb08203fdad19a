"""`python -P -m engine.devices.watch [SECONDS]`: looks at the GPUs, and writes each look as a line.

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
AGAIN = 30
"""After so many looks in vain, or where the kernel does not list its GPUs, it begins anew."""
_KERNEL_S_LIST = "/proc/driver/nvidia/gpus"
_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> None:
    """Look until nobody listens."""
    period_s = float(arguments[0]) if arguments else PERIOD_S
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
        _rest(begun + period_s)
        if in_vain >= AGAIN or _listed() != listed or (listed is None and count >= AGAIN):
            _begin_anew()


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

"""What watching 8 GPUs with 64 trials on each costs, in percent of a core.

The GPUs are the stub's that the tests use, so NVIDIA's own part of each call is not in it: on a
real card that is added to the process that looks, and never to the engine. The trials' processes
are real ones, children of one runner a trial. The yardstick is a program that reads
/proc/stat, and /proc/PID/stat of the same 512 processes, as often. Prints one line; exits 1 where
the engine and the process that looks take over 2 % of a core together.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine.devices.attribution import Attribution, Running
from engine.devices.gpu_watch import GpuWatch
from engine.devices.origins import Origins
from tests.fakes.nvml.box import Box

GPUS, PROCESSES = 8, 64
LOOKS = 20
BAR = 2.0
RUNNERS = """
import os, sys, time
for _ in range(int(sys.argv[1])):
    runner = os.fork()
    if runner == 0:
        child = os.fork()
        if child == 0:
            time.sleep(600)
            os._exit(0)
        os.write(1, b"%d %d\\n" % (os.getpid(), child))
        time.sleep(600)
        os._exit(0)
sys.stdin.read()
os.killpg(0, 9)
"""


def percent_of_a_core(pid: int, since: tuple[float, float]) -> float:
    """What a process has used since an earlier moment, in percent of the time since."""
    cpu_s, at = cpu(pid)
    return (cpu_s - since[0]) / (at - since[1]) * 100


def cpu(pid: int) -> tuple[float, float]:
    """The seconds that a process has computed so far, to the nanosecond, and the time now."""
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1e9, time.monotonic()


async def watched(box: Box, running: dict[tuple[int, int], Running]) -> tuple[float, float]:
    """What the process that looks and this one, the engine's part, take of a core."""
    watch = GpuWatch(env=box.env)
    origins = Origins()
    attribution = Attribution(origins.is_there)
    await watch.start()
    look = await watch.first(10.0)
    assert look is not None
    attribution.look(look, origins.look(look), running)
    assert watch.pid is not None
    theirs, ours = cpu(watch.pid), cpu(os.getpid())
    for _ in range(LOOKS):
        look = await watch.next(10.0)
        assert look is not None
        found = attribution.look(look, origins.look(look), running)
        assert all(reading.memory for reading in found.readings.values())
        assert not found.foreign
    used = percent_of_a_core(watch.pid, theirs), percent_of_a_core(os.getpid(), ours)
    await watch.close()
    return used


def polled(pids: list[int]) -> float:
    """What reading the same processes' stat once a second takes of a core."""
    since = cpu(os.getpid())
    for _ in range(5):
        for path in ["/proc/stat", *(f"/proc/{pid}/stat" for pid in pids)]:
            with open(path, "rb") as file:
                file.read()
        time.sleep(1.0)
    return percent_of_a_core(os.getpid(), since)


def main() -> None:
    """Measure the product, then the yardstick, over the same processes."""
    trials = GPUS * PROCESSES
    command = [sys.executable, "-S", "-c", RUNNERS, str(trials)]
    pipe = subprocess.PIPE
    nursery = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, start_new_session=True)
    assert nursery.stdout is not None
    pairs = [tuple(map(int, nursery.stdout.readline().split())) for _ in range(trials)]
    try:
        with tempfile.TemporaryDirectory() as name:
            box = Box(Path(name), GPUS)
            running = {}
            for n, (runner, child) in enumerate(pairs):
                box.run_on(box.gpus[n % GPUS], child, memory=2**30, util=1)
                uuid = box.uuid(n % GPUS)
                running[n, 1] = Running(runner=runner, gpus=(uuid,), share=1_000_000 // PROCESSES)
            theirs, ours = asyncio.run(watched(box, running))
        yardstick = polled([child for _, child in pairs])
    finally:
        nursery.communicate()
    print(
        f"watching: {GPUS} GPUs with {PROCESSES} trials each, a look a second: "
        f"{theirs + ours:.2f} % of a core (the process that looks {theirs:.2f} %, "
        f"the engine {ours:.2f} %; bar {BAR:g} %); reading their /proc/PID/stat as often: "
        f"{yardstick:.2f} % (yardstick)"
    )
    sys.exit(theirs + ours > BAR)


if __name__ == "__main__":
    main()

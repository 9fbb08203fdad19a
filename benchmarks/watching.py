"""What watching 8 GPUs with 64 trials costs, in percent of a core: a real engine, 8 trials a GPU.

The trials report once and then say nothing, so that all that the engine does is to watch them and
their GPUs. These are the stub's that the tests use: the stub's part of each call is counted, and
NVIDIA's is not. Counted is what the engine and the process that looks at the GPUs compute in a
minute. The yardstick is a bare Python that reads /proc/stat, and /proc/PID/stat of the same trials
and their runners, once a second. Prints one line; exits 1 where the two take over 2 % of a core.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.fakes.nvml.box import USE_GPU, Box
from tests.fakes.real_sweep import RealSweep, wait_until

GPUS, TRIALS = 8, 64
SECONDS, YARDSTICK_SECONDS = 60.0, 10
SETTLED_S = 5.0
"""The first looks come faster."""
BAR = 2.0
TRIAL = f"""{USE_GPU}
import signal
import tui_tuner as tt

trial = tt.trial(lr=0.5)
use_gpu(gib=2, util=100 * {GPUS} // {TRIALS})
trial.report(1, acc=0.5)
signal.pause()
"""
CONFIG = f"""
metric: {{name: acc, goal: maximize}}
parameters: {{lr: {{min: 0.0, max: 1.0}}}}
method: random
start: spawn
limits: {{trials: {TRIALS}}}
resources: {{gpus: 1, trials_per_gpu: {TRIALS // GPUS}}}
"""
YARDSTICK = """
import sys, time
begun = time.process_time(), time.monotonic()
for _ in range(int(sys.argv[1])):
    for path in ["/proc/stat", *(f"/proc/{pid}/stat" for pid in sys.argv[2:])]:
        with open(path, "rb") as file:
            file.read()
    time.sleep(1.0)
print((time.process_time() - begun[0]) / (time.monotonic() - begun[1]) * 100)
"""


@contextmanager
def silent_sweep(folder: Path) -> Iterator[psutil.Process]:
    """The engine of a sweep whose trials all run, and have nothing more to say."""
    os.environ |= Box(folder, GPUS).env
    os.environ |= {
        "TUI_TUNER_LEASE_DIR": str(folder / "leases"),
        "TUI_TUNER_STATE_DIR": str(folder / "state"),
    }
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    sweep = RealSweep(folder, TRIAL, CONFIG)
    pid = sweep.start()

    def count_silent() -> int:
        return sum(trial.state == "running" and trial.reports > 0 for trial in sweep.trials())

    try:
        wait_until(lambda: count_silent() == TRIALS, f"{TRIALS} trials run", 300.0)
        yield psutil.Process(pid)
    finally:
        stop = [sys.executable, "-m", "tui_tuner", "stop", str(sweep.directory), "--now"]
        subprocess.run(stop, check=True, stdout=subprocess.DEVNULL)
        sweep.kill_engine(signal.SIGTERM)


def cpu_s(process: psutil.Process) -> float:
    """The seconds that a process has computed so far, all its threads."""
    times = process.cpu_times()
    return times.user + times.system


def percents(processes: Sequence[psutil.Process]) -> list[float]:
    """What each takes of a core, over a minute."""
    before, began = [cpu_s(process) for process in processes], time.monotonic()
    time.sleep(SECONDS)
    took = time.monotonic() - began
    after = [cpu_s(process) for process in processes]
    return [(now - then) / took * 100 for now, then in zip(after, before, strict=True)]


def polled(pids: Sequence[int]) -> float:
    """What a bare Python takes of a core that reads their stat once a second."""
    command = [sys.executable, "-S", "-c", YARDSTICK, str(YARDSTICK_SECONDS), *map(str, pids)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(told.stdout)


def main() -> None:
    """Measure the product, then the yardstick, over the same processes."""
    with tempfile.TemporaryDirectory() as name, silent_sweep(Path(name)) as engine:
        children = engine.children()
        (looker,) = [child for child in children if "engine.devices.watch" in child.cmdline()]
        time.sleep(SETTLED_S)
        ours, theirs = percents([engine, looker])
        trials = [one.pid for one in engine.children(recursive=True) if one.pid != looker.pid]
        yardstick = polled(trials)
    print(
        f"watching: {GPUS} GPUs with {TRIALS} trials: {ours + theirs:.2f} % of a core "
        f"(the engine {ours:.2f} %, the process that looks {theirs:.2f} %; bar {BAR:g} %); "
        f"reading /proc/PID/stat of the same {len(trials)} processes once a second: "
        f"{yardstick:.2f} % (yardstick)"
    )
    sys.exit(ours + theirs > BAR)


if __name__ == "__main__":
    main()

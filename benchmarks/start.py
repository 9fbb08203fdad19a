"""What a trial's start costs: the product with a zygote, with fresh processes, and bare Python.

Each way runs the same 40 trials of a tiny torch model, two at a time, in one run of this file.
The yardstick is bare `python script.py`. A trial's wall time is from the moment its slot was free
for it to the moment its end was stored, so the engine's own work is in it; the zygote's one
warm-up (importing torch) is printed beside. Prints one line per way.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine.ownership import engine_pid
from engine.store.reader import open_reader

TRIALS = 40
SLOTS = 2
SCRIPT = Path(__file__).parent / "tiny" / "train.py"
CONFIG = """
name: start
program: {script}
metric: {{name: loss, goal: minimize}}
parameters: {{lr: {{min: 1.0e-3, max: 1.0e-1, distribution: log_uniform_values}}}}
method: random
limits: {{trials: {trials}}}
resources: {{slots: {slots}}}
start: {start}
"""


def product(start: str, folder: Path) -> tuple[float, float]:
    """Mean wall seconds of a trial once the slots are turning over, and of the first trials."""
    config = folder / f"{start}.yaml"
    config.write_text(CONFIG.format(script=SCRIPT, trials=TRIALS, slots=SLOTS, start=start))
    home = folder / f"sweep-{start}"
    command = [sys.executable, "-m", "tui_tuner", "run", str(config), "--dir", str(home)]
    env = {**os.environ, "TUI_TUNER_STATE_DIR": str(folder / "state")}
    subprocess.run([*command, "--headless"], check=True, env=env, stdout=subprocess.DEVNULL)
    while engine_pid(home) is not None:
        time.sleep(0.05)
    reader = open_reader(home / "sweep.db")
    attempts = [a for t in reader.trials() for a in t.attempt_list]
    reader.close()
    assert len(attempts) == TRIALS
    assert all(a.outcome == "complete" and a.start == start for a in attempts), attempts
    ends = sorted(a.ended_at or 0.0 for a in attempts)
    warm_up = ends[SLOTS - 1] - min(a.started_at for a in attempts)
    steady = (ends[-1] - ends[SLOTS - 1]) * SLOTS / (TRIALS - SLOTS)
    return steady, warm_up


def bare(folder: Path) -> float:
    """Mean wall seconds of `python script.py`, two at a time, with a thread each."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(SCRIPT.parents[2])}

    def run(_: int) -> None:
        subprocess.run(
            [sys.executable, str(SCRIPT)], check=True, env=env, stdout=subprocess.DEVNULL
        )

    began = time.perf_counter()
    with ThreadPoolExecutor(SLOTS) as pool:
        list(pool.map(run, range(TRIALS)))
    return (time.perf_counter() - began) * SLOTS / TRIALS


def main() -> None:
    """Measure the three ways, in the same order each time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        zygote, warm_up = product("zygote", folder)
        spawn, _ = product("spawn", folder)
        yardstick = bare(folder)
    print(
        f"start: {TRIALS} trials on {SLOTS} slots; wall per trial: zygote {zygote * 1e3:.0f} ms, "
        f"spawn {spawn * 1e3:.0f} ms, bare python {yardstick * 1e3:.0f} ms (yardstick); "
        f"zygote / bare = 1/{yardstick / zygote:.1f}; first trials with warm-up {warm_up:.2f} s"
    )


if __name__ == "__main__":
    main()

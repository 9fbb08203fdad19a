"""From a trial's start to its first step on a GPU: with a zygote, and as a fresh process.

Needs a card, and says so where there is none. Each way runs the same trials of a tiny torch model,
one after the other; the first of each, which warms up, does not count. The yardstick is what
creating the CUDA context takes within those times: no way of starting a process saves it. Prints
one line with the card's name.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine.ownership import engine_pid
from engine.store.reader import open_reader

TRIALS = 11
SCRIPT = Path(__file__).parent / "tiny" / "first_step.py"
CARD = "import torch; print(torch.cuda.get_device_name(0) if torch.cuda.is_available() else '')"
CONFIG = """
name: gpu-start
program: {script}
metric: {{name: loss, goal: minimize}}
parameters: {{lr: {{min: 1.0e-3, max: 1.0e-1, distribution: log_uniform_values}}}}
method: random
limits: {{trials: {trials}}}
resources: {{gpus: 1, slots: 1}}
start: {start}
"""


def product(start: str, folder: Path) -> tuple[float, float]:
    """Median seconds from a trial's start to its first step, and of those the CUDA context's."""
    config = folder / f"{start}.yaml"
    config.write_text(CONFIG.format(script=SCRIPT, trials=TRIALS, start=start))
    home = folder / f"sweep-{start}"
    command = [sys.executable, "-m", "tui_tuner", "run", str(config), "--dir", str(home)]
    env = {**os.environ, "TUI_TUNER_STATE_DIR": str(folder / "state")}
    subprocess.run([*command, "--headless"], check=True, env=env, stdout=subprocess.DEVNULL)
    while engine_pid(home) is not None:
        time.sleep(0.05)
    reader = open_reader(home / "sweep.db")
    try:
        first_steps, contexts = [], []
        for row in reader.trials()[1:]:
            (attempt,) = row.attempt_list
            assert attempt.start == start, attempt.note
            (stored,) = reader.reports(int(row.id[1:]))
            first_steps.append(stored.report.at - attempt.started_at)
            contexts.append(stored.report.metrics["context_s"])
    finally:
        reader.close()
    return statistics.median(first_steps), statistics.median(contexts)


def main() -> None:
    """Measure both ways, in the same order each time."""
    asked = subprocess.run([sys.executable, "-c", CARD], capture_output=True, text=True, check=True)
    card = asked.stdout.strip()
    if not card:
        print("gpu_start: not measured, there is no GPU that torch can use")
        return
    with tempfile.TemporaryDirectory() as name:
        zygote, context = product("zygote", Path(name))
        spawn, _ = product("spawn", Path(name))
    print(
        f"gpu_start: {card}; start to first CUDA step, median of {TRIALS - 1} trials: "
        f"zygote {zygote * 1e3:.0f} ms, fresh process {spawn * 1e3:.0f} ms; of it the CUDA context "
        f"{context * 1e3:.0f} ms (yardstick); zygote / fresh = 1/{spawn / zygote:.1f}"
    )


if __name__ == "__main__":
    main()

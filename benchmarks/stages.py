"""What coarse to fine saves: the three-stage sample beside random search at the full budget.

For each of five seeds the sample of sample_configs/stages runs as a real sweep, and then the
yardstick: as many configurations as its stages proposed, each for all 27 epochs. Both draw at
random over the same ranges with the same seed, so that the yardstick's first configurations are
those of the coarse stage. Accuracies are the best that any trial reported in each sweep, epochs
are those that were run, both as the sweeps' databases have them. Bars, over medians: at least the
accuracy of random search, with at most a fifth of its epochs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from engine.ownership import engine_pid
from engine.store.reader import open_reader

SEEDS = range(5)
SLOTS = 2
SAMPLE = Path(__file__).parents[1] / "sample_configs" / "stages"
BAR_EPOCHS = 1 / 5


class Found(NamedTuple):
    """What a sweep found and what it took. `winner` is what it says of repeated finalists."""

    accuracy: float
    epochs: int
    proposed: int
    seconds: float
    winner: str | None


def run(home: Path, config: Path, *settings: str) -> Found:
    """Run a sweep to its end and read from its database what came of it."""
    command = [sys.executable, "-m", "tui_tuner", "run", str(config), "--dir", str(home)]
    for setting in (*settings, "method=random"):
        command += ["--set", setting]
    began = time.perf_counter()
    subprocess.run(
        [*command, "--headless", "--slots", str(SLOTS)], check=True, stdout=subprocess.DEVNULL
    )
    took = time.perf_counter() - began
    while engine_pid(home) is not None:
        time.sleep(0.05)
    reader = open_reader(home / "sweep.db")
    trials, sweep = reader.trials(), reader.sweep()
    reader.close()
    assert sweep is not None
    assert sweep.state == "finished", sweep.sentence
    return Found(
        accuracy=max(trial.best for trial in trials if trial.best is not None),
        epochs=sum(trial.reports for trial in trials),
        proposed=sum(trial.repeat_of is None for trial in trials),
        seconds=took,
        winner=sweep.winner,
    )


def without_stages(folder: Path) -> Path:
    """Write the sample's config without its stages: every trial gets the full budget."""
    lines = (SAMPLE / "sweep.yaml").read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("stages:", "  - {name:"))]
    text = "\n".join(kept).replace("program: train.py", f"program: {SAMPLE / 'train.py'}")
    path = folder / "random.yaml"
    path.write_text(text)
    return path


def both(folder: Path, seed: int) -> tuple[Found, Found]:
    """The sample in stages, then random search, with one seed."""
    staged = run(folder / f"stages-{seed}", SAMPLE / "sweep.yaml", f"search.seed={seed}")
    _progress(f"seed {seed}: stages", staged)
    trials = f"limits.trials={staged.proposed}"
    full = run(folder / f"random-{seed}", without_stages(folder), f"search.seed={seed}", trials)
    _progress(f"seed {seed}: random", full)
    return staged, full


def _progress(what: str, found: Found) -> None:
    print(
        f"{what}: {found.accuracy:.4f} after {found.epochs} epochs of {found.proposed} "
        f"configurations in {found.seconds:.0f} s" + (f"; {found.winner}" if found.winner else ""),
        file=sys.stderr,
        flush=True,
    )


def main() -> int:
    """Measure, print, and say by the exit status whether the bars hold."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["TUI_TUNER_STATE_DIR"] = str(folder / "state")
        staged, full = zip(*(both(folder, seed) for seed in SEEDS), strict=True)

    def middle(of: Callable[[Found], float]) -> tuple[float, float]:
        return median(map(of, staged)), median(map(of, full))

    accuracy, yardstick = middle(lambda found: found.accuracy)
    epochs, all_epochs = middle(lambda found: found.epochs)
    seconds, all_seconds = middle(lambda found: found.seconds)
    print(
        f"stages: best val_acc {accuracy:.4f} with {epochs:.0f} epochs in {seconds:.0f} s; random "
        f"search of as many configurations at the full budget {yardstick:.4f} with "
        f"{all_epochs:.0f} epochs in {all_seconds:.0f} s (yardstick); "
        f"{epochs / all_epochs:.0%} of the epochs; medians over {len(SEEDS)} seeds"
    )
    held = accuracy >= yardstick and epochs <= BAR_EPOCHS * all_epochs
    if not held:
        print(
            "stages: the bars do not hold: at least the accuracy of random search, with at most "
            f"{BAR_EPOCHS:.0%} of its epochs"
        )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())

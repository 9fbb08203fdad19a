"""10,000 trials of 30 epochs on 16 slots, on a virtual clock, through the machine and the store.

The yardstick is the same sweep with half the trials: the cost must grow with the trials, not
faster. Prints one line.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from engine.core.model import (
    Goal,
    Trial,
)
from engine.core.plan import Limits, Plan
from engine.search.base import Exhausted, Proposal
from engine.simulate import Line, Run, Simulation
from engine.stopping.diverged import Diverged
from engine.store.sqlite import SqliteStore

EPOCHS = 30
SLOTS = 16


def propose(index: int) -> tuple[Proposal | Exhausted, int]:
    """One float and one choice, by index."""
    draw = random.Random(index)
    params = {"lr": 10 ** draw.uniform(-5, 0), "width": draw.choice([32, 64, 128])}
    return Proposal(params=params, origin=f"random #{index}"), index + 1


def script(trial: Trial, attempt: int) -> Run:
    """A curve of one objective and one loss, a report every ten virtual seconds."""
    end = trial.seed % 1000 / 1000
    return Run(
        [
            Line(10.0, step, {"val_acc": end * (1 - 0.8**step), "val_loss": 1 - end * step / 30})
            for step in range(1, EPOCHS + 1)
        ]
    )


def seconds(trials: int) -> float:
    """Wall seconds of a sweep of so many trials."""
    plan = Plan(
        name="bench",
        metric="val_acc",
        goal=Goal.MAXIMIZE,
        slots=SLOTS,
        budget=EPOCHS,
        limits=Limits(trials=trials),
    )
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore.create(Path(folder) / "sweep.db")
        began = time.perf_counter()
        simulation = Simulation(plan, propose, script, judges=[Diverged()], store=store)
        state = simulation.run()
        took = time.perf_counter() - began
        assert state.counts["complete"] == trials
        assert sum(1 for _ in store.reports()) == trials * EPOCHS
        store.close()
    return took


def main() -> None:
    """Measure 5,000, 10,000 and 20,000 trials (or N/2, N, 2N for an argument N)."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    half, whole, double = (seconds(n) for n in (trials // 2, trials, trials * 2))
    print(
        f"simulation: {trials} trials x {EPOCHS} epochs, {SLOTS} slots, in {whole:.1f} s "
        f"(yardstick: half the trials {half:.1f} s; twice the trials {double:.1f} s, "
        f"{double / whole:.2f} times)"
    )


if __name__ == "__main__":
    main()

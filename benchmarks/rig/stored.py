"""A sweep that has finished, in a real database: made once by the real machine, then kept."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

import msgspec

from engine.core.model import Goal, Trial
from engine.core.plan import Limits, Plan
from engine.search.base import Exhausted, Proposal
from engine.simulate import Line, Run, Simulation
from engine.store.base import Batch
from engine.store.sqlite import SqliteStore

from .simulated import value

EDITION = 1
"""Another number where what is written changes."""


def finished_sweep(trials: int, epochs: int) -> Path:
    """Give the directory of a finished sweep, simulated in a minute where it is not there yet."""
    home = Path(tempfile.gettempdir()) / f"tui-tuner-benchmark-{os.getuid()}"
    sweep = home / f"finished-{trials}x{epochs}-{EDITION}"
    if not sweep.exists():
        draft = home / f"draft-{os.getpid()}"
        draft.mkdir(mode=0o700, parents=True)
        _simulate(draft, trials, epochs)
        draft.rename(sweep)
    return sweep


def _simulate(directory: Path, trials: int, epochs: int) -> None:
    plan = Plan(
        name="resnet-cifar",
        metric="val_acc",
        goal=Goal.MAXIMIZE,
        slots=64,
        budget=epochs,
        limits=Limits(trials=trials),
    )

    def script(trial: Trial, attempt: int) -> Run:
        steps = range(1, epochs + 1)
        return Run([Line(1.0, s, _metrics(value(trial.number, s))) for s in steps])

    store = SqliteStore.create(directory / "sweep.db")
    store.write(Batch(meta={"config": msgspec.json.encode({"name": plan.name}).decode()}))
    Simulation(plan, _propose, script, store=store).run()
    store.close()


def _metrics(accuracy: float) -> dict[str, float]:
    return {"val_acc": accuracy, "val_loss": 1 - accuracy, "train_loss": 0.8 - 0.7 * accuracy}


def _propose(index: int) -> tuple[Proposal | Exhausted, int]:
    draw = random.Random(index)
    params = {
        "lr": 10 ** draw.uniform(-5, 0),
        "weight_decay": 10 ** draw.uniform(-7, -2),
        "dropout": draw.random() * 0.7,
        "width": draw.choice([64, 128, 256, 512]),
        "optimizer": draw.choice(["sgd", "adam", "adamw"]),
    }
    return Proposal(params=params, origin=f"random #{index}"), index + 1

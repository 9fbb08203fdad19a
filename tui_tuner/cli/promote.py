"""`tui-tuner promote`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.core.acts import Promote

from .arguments import DryRun, Json, Where, Why, Words
from .steering import Asked, steer_trials

BudgetOption = Annotated[
    int | None,
    typer.Option("--budget", metavar="N", min=1, help="Epochs in all; else the next stage's."),
]


def command(
    words: Words = None,
    where: Where = None,
    budget: BudgetOption = None,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Give trials a bigger budget, to go on from their checkpoints.

    Example: tui-tuner promote digits t0087 --budget 27
    """
    asked = Asked(why, dry_run, json)
    steer_trials(words, lambda trials: Promote(trials=trials, budget=budget), asked, where)

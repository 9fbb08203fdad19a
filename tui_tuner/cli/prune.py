"""`tui-tuner prune`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.core.acts import Prune

from .arguments import DryRun, Json, Where, Why, Words
from .steering import Asked, steer_trials

InfeasibleOption = Annotated[
    bool,
    typer.Option(
        "--infeasible",
        help="Their configurations are no good: none is the best, and methods that learn keep off.",
    ),
]


def command(
    words: Words = None,
    where: Where = None,
    infeasible: InfeasibleOption = False,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Stop trials for good; their results and checkpoints are kept. Returns once they are gone.

    With --infeasible, trials that have ended can be marked, too.

    Example: tui-tuner prune digits t0042 t0043 --why 'no better than chance'
    """

    def act(trials: tuple[int, ...]) -> Prune:
        return Prune(trials=trials, infeasible=infeasible)

    steer_trials(words, act, Asked(why, dry_run, json), where)

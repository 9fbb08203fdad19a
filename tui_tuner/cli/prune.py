"""`tui-tuner prune`."""

from __future__ import annotations

from engine.core.acts import Prune

from .arguments import DryRun, Json, Where, Why, Words
from .steering import Asked, steer_trials


def command(
    words: Words = None,
    where: Where = None,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Stop trials for good; their results and checkpoints are kept. Returns once they are gone.

    Example: tui-tuner prune digits t0042 t0043 --why 'no better than chance'
    """
    steer_trials(words, lambda trials: Prune(trials=trials), Asked(why, dry_run, json), where)

"""`tui-tuner revive`."""

from __future__ import annotations

from engine.core.acts import Revive

from .arguments import DryRun, Json, Where, Why, Words
from .steering import Asked, steer_trials


def command(
    words: Words = None,
    where: Where = None,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Let pruned trials go on from their last checkpoints.

    Example: tui-tuner revive digits t0042
    """
    steer_trials(words, lambda trials: Revive(trials=trials), Asked(why, dry_run, json), where)

"""`tui-tuner retry`."""

from __future__ import annotations

from engine.core.acts import Retry

from .arguments import DryRun, Json, Where, Why, Words
from .steering import Asked, steer_trials


def command(
    words: Words = None,
    where: Where = None,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Run failed trials again, from their checkpoints on.

    Example: tui-tuner retry digits --where 'failure=oom'
    """
    steer_trials(words, lambda trials: Retry(trials=trials), Asked(why, dry_run, json), where)

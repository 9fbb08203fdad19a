"""`tui-tuner continue`."""

from __future__ import annotations

from engine.core.acts import Continue, ContinueScheduling

from .arguments import DryRun, Json, Where, Why, Words, sweep_and_trials
from .steering import Asked, steer


def command(
    words: Words = None,
    where: Where = None,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Let paused trials go on; without TRIAL, start trials again.

    Example: tui-tuner continue digits t0042
    """
    sweep, trials = sweep_and_trials(words)
    asked = Asked(why, dry_run, json)
    if trials or where is not None:
        steer(sweep, Continue(trials=tuple(trials)), asked, where=where, trials=trials)
    else:
        steer(sweep, ContinueScheduling(), asked)

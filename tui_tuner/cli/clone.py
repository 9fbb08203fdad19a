"""`tui-tuner clone`."""

from __future__ import annotations

from engine.core.acts import Clone

from .arguments import DryRun, Json, SetValues, Why, Words, sweep_and_trial
from .steering import Asked, steer
from .values import assignments


def command(
    words: Words = None,
    set_: SetValues = None,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Run a trial's configuration with some values changed.

    It starts from scratch, with the same seed.

    Example: tui-tuner clone digits t0087 --set dropout=0.3 --set width=128
    """
    sweep, trial = sweep_and_trial(words)
    act = Clone(trial=trial, changes=assignments(set_ or []))
    steer(sweep, act, Asked(why, dry_run, json), trials=[trial])

"""`tui-tuner pause`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from engine.core.acts import Pause, PauseScheduling
from engine.errors import UsageError

from .arguments import DryRun, Json, Where, Why, Words, sweep_and_trials
from .steering import Asked, steer

HoldOption = Annotated[
    bool, typer.Option("--hold", help="Stop them where they are; slot and memory stay taken.")
]
NowOption = Annotated[
    bool, typer.Option("--now", help="End them at once; they go on from their last checkpoints.")
]


def command(
    words: Words = None,
    where: Where = None,
    hold: HoldOption = False,
    now: NowOption = False,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Pause trials; without TRIAL, start nothing more.

    A trial leaves its slot at its next epoch, and `continue` lets it go on from its checkpoint.
    Returns once the slots are free. Without TRIAL, what runs goes on.

    Example: tui-tuner pause digits t0042
    """
    sweep, trials = sweep_and_trials(words)
    asked = Asked(why, dry_run, json)
    if trials or where is not None:
        act = Pause(trials=tuple(trials), how=_how(hold, now))
        steer(sweep, act, asked, where=where, trials=trials)
    elif hold or now:
        raise UsageError(f"say which trials to {'hold' if hold else 'end'}: t0042, or --where EXPR")
    else:
        steer(sweep, PauseScheduling(), asked)


def _how(hold: bool, now: bool) -> Literal["release", "now", "hold"]:
    if hold and now:
        raise UsageError("--hold and --now exclude each other")
    return "hold" if hold else "now" if now else "release"

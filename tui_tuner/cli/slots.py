"""`tui-tuner slots`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.core.acts import SetSlots
from engine.errors import UsageError
from engine.lifecycle import find_sweep
from engine.text import clean

from .arguments import DryRun, Json, Why
from .steering import Asked, steer

SlotWords = Annotated[
    list[str] | None, typer.Argument(metavar="[SWEEP] N", help="How many trials run at once.")
]


def command(
    words: SlotWords = None, why: Why = None, dry_run: DryRun = False, json: Json = False
) -> None:
    """Say how many trials run at once.

    Those that run beyond it may finish.

    Example: tui-tuner slots digits 4
    """
    words = words or []
    if not 1 <= len(words) <= 2:
        raise UsageError("say how many: tui-tuner slots 4")
    if not words[-1].isascii() or not words[-1].isdigit():
        raise UsageError(f"{clean(words[-1], limit=80)!r} is no number of slots")
    sweep = find_sweep(words[0] if len(words) == 2 else None)
    steer(sweep, SetSlots(count=int(words[-1][:18])), Asked(why, dry_run, json))

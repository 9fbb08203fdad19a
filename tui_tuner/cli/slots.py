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
    list[str] | None,
    typer.Argument(metavar="[SWEEP] N", help="How many trials run at once, or auto."),
]


def command(
    words: SlotWords = None, why: Why = None, dry_run: DryRun = False, json: Json = False
) -> None:
    """Say how many trials run at once.

    Those that run beyond it may finish. auto: as many as its GPUs have room for.

    Example: tui-tuner slots digits 4
    """
    words = words or []
    if not 1 <= len(words) <= 2:
        raise UsageError("say how many: tui-tuner slots 4")
    count = count_of(words[-1])
    sweep = find_sweep(words[0] if len(words) == 2 else None)
    steer(sweep, SetSlots(count=count), Asked(why, dry_run, json))


def count_of(word: str) -> int | None:
    """Read a number of slots; None is auto. Raises UsageError."""
    if word == "auto":
        return None
    if not word.isascii() or not word.isdigit():
        raise UsageError(f"{clean(word, limit=80)!r} is no number of slots, nor auto")
    return int(word[:18])

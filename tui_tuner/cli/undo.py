"""`tui-tuner undo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.core.acts import Undo
from engine.errors import UsageError
from engine.lifecycle import find_sweep
from engine.text import clean

from .arguments import DryRun, Json, Why
from .steering import Asked, steer

UndoWords = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SWEEP] [N]", help="N: only if that decision is the newest."),
]


def command(
    words: UndoWords = None, why: Why = None, dry_run: DryRun = False, json: Json = False
) -> None:
    """Take the newest act back; again and again goes further back.

    `status` says what that is, `history` has the numbers.

    Example: tui-tuner undo digits
    """
    sweep, n = split_words(words or [])
    steer(sweep, Undo(n=n), Asked(why, dry_run, json))


def split_words(words: list[str]) -> tuple[Path, int | None]:
    """Tell the sweep from the decision's number. Raises UsageError, NotFoundError."""
    match words:
        case []:
            return find_sweep(None), None
        case [word] if _is_number(word) and not Path(word).exists():
            return find_sweep(None), int(word)
        case [sweep]:
            return find_sweep(sweep), None
        case [sweep, word] if _is_number(word):
            return find_sweep(sweep), int(word)
        case [_, word]:
            raise UsageError(f"{clean(word, limit=80)!r} is no number of a decision")
    raise UsageError("say one decision only: undo takes the newest back")


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 19

"""The arguments and options that verbs share, and how words become sweeps and trials."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from engine.core.model import trial_number
from engine.errors import NotFoundError, UsageError
from engine.lifecycle import find_sweep
from engine.text import clean

Sweep = Annotated[
    str | None,
    typer.Argument(metavar="SWEEP", help="A directory or a name; left out: the only active sweep."),
]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SWEEP] TRIAL", help="Trials as t0042 or 42."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Where = Annotated[
    str | None,
    typer.Option(
        "--where", metavar="EXPR", help="Trials that fit, e.g. 'lr>=1e-4 state=running epoch>5'."
    ),
]
Why = Annotated[
    str | None, typer.Option("--why", metavar="TEXT", help="The reason, for the history.")
]
SetValues = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="K=V", help="A parameter's value, e.g. lr=1e-3; repeatable."),
]
PruneOutside = Annotated[
    bool,
    typer.Option("--prune-outside", help="Also prune running trials that lie outside then."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; do nothing.")]


def sweep_and_trials(words: Sequence[str] | None) -> tuple[Path, list[int]]:
    """Tell the sweep from the trials: the first word is a trial where it can be nothing else."""
    words = list(words or [])
    if not words:
        return find_sweep(None), []
    if is_trial(words[0]) and not Path(words[0]).exists():
        return find_sweep(None), [number_of(word) for word in words]
    return find_sweep(words[0]), [number_of(word) for word in words[1:]]


def sweep_and_trial(words: Sequence[str] | None) -> tuple[Path, int]:
    """Like `sweep_and_trials`, for exactly one trial. Raises UsageError."""
    sweep, trials = sweep_and_trials(words)
    if len(trials) != 1:
        raise UsageError("say which trial, as t0042" if not trials else "say one trial only")
    return sweep, trials[0]


def is_trial(word: str) -> bool:
    """Whether a word reads as a trial."""
    try:
        trial_number(word)
    except ValueError:
        return False
    return True


def number_of(word: str) -> int:
    """Read a trial's name. Raises NotFoundError."""
    try:
        return trial_number(word)
    except ValueError:
        raise NotFoundError(
            f"no trial {clean(word, limit=80)!r}: trials are called t0001, t0002, ..."
        ) from None

"""From words to a sweep and one of its parameters."""

from __future__ import annotations

from pathlib import Path

from engine.errors import NotFoundError, TunerError
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetSpace

from .reach import ask


def sweep_or_parameter(word: str) -> tuple[Path, str | None]:
    """Tell whether a word names a parameter of the only active sweep, or a sweep.

    Gives the sweep, and the parameter if it is one. What is neither is taken for a parameter where
    only one sweep is meant: its engine knows the nearest names. Raises NotFoundError, UsageError.
    """
    only = _the_only_sweep()
    if only is not None and word in _parameters(only):
        return only, word
    try:
        return find_sweep(word), None
    except NotFoundError:
        if only is None:
            raise
        return only, word


def _the_only_sweep() -> Path | None:
    try:
        return find_sweep(None)
    except TunerError:
        return None


def _parameters(sweep: Path) -> set[str]:
    (space,) = ask(sweep, GetSpace(id=0))
    return {parameter["name"] for parameter in space}

"""The words for how a GPU stands: ends of sentences that change only when their matter does."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.views import ForeignView
from engine.text import clean

_NAME_LIMIT = 40
_STEPS = ((3600.0, "over an hour"), (600.0, "over 10 minutes"), (60.0, "over a minute"))


def for_how_long(seconds: float) -> str:
    """How long something has lasted, in few steps: each is told and stored."""
    return next((words for least, words in _STEPS if seconds >= least), "over 5 s")


def in_use_by(others: Sequence[ForeignView]) -> str:
    """Who computes there: 'in use by python (1234) of bob and 2 more'."""
    first = min(others, key=lambda one: one.pid)
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return f"in use by {_named(first)}{more}"


def memory_errors(count: int) -> str:
    """What a GPU's memory did since the last look."""
    return f"memory errors: {count} uncorrectable" if count > 1 else "an uncorrectable memory error"


def _named(one: ForeignView) -> str:
    name = clean(program_of(one.command), limit=_NAME_LIMIT)
    if one.trial is not None:
        return f"{name} ({one.pid}), which outlived {one.trial}"
    return f"{name} ({one.pid})" + (f" of {clean(one.user, limit=_NAME_LIMIT)}" if one.user else "")


def program_of(command: str) -> str:
    """The program of a command line; of what hides its own, the words for that."""
    return command if command.startswith("a ") else command.partition(" ")[0] or "a process"

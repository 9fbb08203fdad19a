"""The `metrics.stdout` patterns of a config: for scripts that import nothing and only print."""

from __future__ import annotations

import re
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]
from typing import Any

from engine.errors import UsageError

STEP = "step"


def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern whose named groups are metrics and whose group `step` is the step.

    Raises UsageError, one sentence: not a regular expression, no named group but `step`, or a
    repeat inside a repeat, which on some lines takes longer than the sweep.
    """
    try:
        pattern = re.compile(text)
        parsed = sre_parser.parse(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(f"{text!r} is not a regular expression: {error}") from error
    if not set(pattern.groupindex) - {STEP}:
        raise UsageError(
            f"{text!r} names no metric; write a group such as (?P<val_loss>\\S+) for each"
        )
    if _repeats_repeats(parsed):
        raise UsageError(
            f"{text!r} has an open-ended repeat inside another, as in (a+)+, "
            "which can take forever on some lines; write it without"
        )
    return pattern


def _repeats_repeats(tree: Any, *, inside: bool = False) -> bool:
    for code, argument in tree:
        open_ended = code in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[1] == sre.MAXREPEAT
        if open_ended and inside:
            return True
        if any(_repeats_repeats(part, inside=inside or open_ended) for part in _parts(argument)):
            return True
    return False


def _parts(argument: Any) -> list[Any]:
    if isinstance(argument, sre_parser.SubPattern):
        return [argument]
    if isinstance(argument, list | tuple):
        return [part for item in argument for part in _parts(item)]
    return []

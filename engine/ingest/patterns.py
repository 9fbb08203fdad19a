"""The `metrics.stdout` patterns of a config: for scripts that import nothing and only print."""

from __future__ import annotations

import re

from engine.errors import UsageError

STEP = "step"


def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern whose named groups are metrics and whose group `step` is the step.

    Raises UsageError, one sentence: not a regular expression, or no named group but `step`.
    """
    try:
        pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(f"{text!r} is not a regular expression: {error}") from error
    if not set(pattern.groupindex) - {STEP}:
        raise UsageError(
            f"{text!r} names no metric; write a group such as (?P<val_loss>\\S+) for each"
        )
    return pattern

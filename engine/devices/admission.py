"""How many more trials the memory of a GPU holds, by what the sweep's trials have taken so far."""

from __future__ import annotations

from collections.abc import Collection

HEADROOM = 1.1
"""What a trial is expected to take, as a multiple of the largest peak known."""
SHOWN_LOOKS = 3
"""Looks at a trial that has reported, after which its peak tells of others."""


def room(
    *,
    total: int | None,
    used: int | None,
    ours: Collection[int | None],
    others: int | None,
    peak: int | None,
    most: int,
) -> int | None:
    """How many more trials fit, at most `most`; None: the GPU does not tell its memory.

    `ours` are the most bytes that each trial there has held (None: not seen yet), `others` what
    other processes hold, None: they do not tell, and what is not ours is theirs. `peak` is the
    largest known of the sweep's trials: until one has shown it, they come one at a time.
    """
    if total is None or used is None:
        return None
    if peak is None:
        return 0
    if others is None:
        others = max(0, used - sum(memory or 0 for memory in ours))
    expected = int(peak * HEADROOM) or 1
    taken = sum(max(expected, memory or 0) for memory in ours)
    return max(0, min(most, (total - others - taken) // expected))

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
    seen: int,
    peaks: Collection[int | None],
    largest: int | None,
    most: int,
) -> int | None:
    """How many more trials fit, at most `most`; None: the GPU does not tell its memory.

    Of the bytes `used`, `seen` are our trials'; the others' are lost to us. `peaks` are the most
    that each trial there has held, None: not seen yet. `largest` is the largest peak known of the
    sweep's trials: until one has shown it, they come one at a time.
    """
    if total is None or used is None:
        return None
    if not largest:
        return 0
    expected = int(largest * HEADROOM)
    ours = sum(max(expected, peak or 0) for peak in peaks)
    free = total - max(0, used - seen) - ours
    return max(0, min(most, free // expected))

"""The attempts of a trial as lines: how each started, how long it took, how it ended."""

from __future__ import annotations

from engine.core.views import AttemptView
from tui_tuner.view.glyphs import Glyphs
from tui_tuner.view.line import Line, crop, plain
from tui_tuner.view.numbers import duration


def attempt_lines(attempt: AttemptView, width: int, glyphs: Glyphs, now: float) -> list[Line]:
    """Write one attempt: a line, its note, what would not die, the tail of a failure."""
    took = duration((attempt.ended_at or now) - attempt.started_at)
    words = [
        f"attempt {attempt.n}",
        attempt.start,
        took,
        attempt.outcome or "running",
        attempt.exit,
    ]
    text = glyphs.dot.join(plain(word, 60) for word in words if word)
    lines = [crop(((text, "dim"),), width)]
    if attempt.note:
        lines.append(crop(((f"  {plain(attempt.note, 300)}", "dim"),), width))
    if attempt.leftover:
        names = ", ".join(plain(process, 60) for process in attempt.leftover[:4])
        lines.append(crop(((f"  would not die: {names}", "error"),), width))
    tail = [part for part in attempt.tail.splitlines() if part.strip()][-2:]
    return [*lines, *(crop(((f"  {plain(part)}", "error"),), width) for part in tail)]

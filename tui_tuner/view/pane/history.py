"""What was decided on a trial, then on the whole sweep: the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.acts import Decision
from tui_tuner.view.history import decision_lines, layout, undone_by
from tui_tuner.view.line import Line, crop

from .base import Scene

_NEWEST = 100
"""The decisions on the sweep that are told, at most: `h` tells them all."""


def history_lines(scene: Scene, width: int) -> list[Line]:
    """Write both lists, the trial's decisions whole, the sweep's in a line each."""
    every, name = scene.state.decisions, scene.row.id
    on_it = [decision for decision in every if name in decision.trials]
    others = [decision for decision in every if name not in decision.trials][-_NEWEST:]
    blank = crop((), width)
    lines = [crop(((f"on {name}", "bold"),), width)]
    lines += decided(on_it, every, width, scene.now, whole=True)
    lines += [blank, crop((("on the sweep", "bold"), ("  h for all of it", "dim")), width)]
    return [*lines, *decided(others, every, width, scene.now, whole=False)]


def decided(
    chosen: Sequence[Decision], every: Sequence[Decision], width: int, now: float, *, whole: bool
) -> list[Line]:
    """Write decisions, the newest first; one of `every` may have taken them back."""
    if not chosen:
        return [crop(((" nothing has been decided yet", "dim"),), width)]
    columns, undone = layout(chosen, width, now), undone_by(every)
    lines: list[Line] = []
    for decision in reversed(chosen):
        lines += decision_lines(decision, undone.get(decision.n), columns, width, whole=whole)
    return lines

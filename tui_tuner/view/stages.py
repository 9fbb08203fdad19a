"""The stages as a funnel in one line: coarse 60/60 → medium 12/20 → fine 0/5 x 3."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.views import StageView

from .eta import eta_text, stage_eta_s
from .glyphs import Glyphs
from .line import Line, Run, crop, fit, line_width, plain, width_of

_LONGEST_BAR = 24
_LEAST_BAR = 4
_NAMES = (24, 12, 8, 5)
"""How long a stage's name may be, as room grows less."""

_ROLES = {"done": "", "running": "bold", "waiting": "dim"}


def stage_line(
    stages: Sequence[StageView], glyphs: Glyphs, width: int, sweep_eta_s: float | None = None
) -> Line:
    """Draw the stages in exactly `width` cells: shorter bars first, then shorter names, then no
    time left, then only the current one and those to come."""
    eta_s = stage_eta_s(stages, sweep_eta_s)
    left = "" if eta_s is None else f" {eta_text(eta_s)} left"
    for most in _NAMES:
        bar = (width - 2 - line_width(_joined(stages, glyphs, most, -1, left))) // len(stages) - 1
        if bar >= _LEAST_BAR:
            shown = _joined(stages, glyphs, most, min(bar, _LONGEST_BAR), left)
            return crop(((" ", ""), *shown), width)
    bare = _joined(stages, glyphs, _NAMES[-1], -1)
    if line_width(bare) + 1 <= width or len(stages) == 1:
        return crop(((" ", ""), *bare), width)
    return stage_line(_fewer(stages), glyphs, width)


def _joined(
    stages: Sequence[StageView], glyphs: Glyphs, most: int, bar: int, left: str = ""
) -> Line:
    """Join the stages; a `bar` below 0 leaves it out. `left` goes with the one that runs."""
    runs: list[Run] = []
    current = stages[_current(stages)]
    for stage in stages:
        if runs:
            runs.append((f" {glyphs.to} ", "faint"))
        runs += _stage(stage, glyphs, most, bar)
        if left and stage is current and stage.state == "running":
            runs.append((left, "dim"))
    return tuple(runs)


def _stage(stage: StageView, glyphs: Glyphs, most: int, bar: int) -> list[Run]:
    role = _ROLES.get(stage.state, "")
    name = plain(stage.name, 40)
    runs: list[Run] = [(fit(name, min(most, width_of(name))), role)]
    if bar >= 0:
        runs += [(" ", ""), *_bar(stage, glyphs, bar)]
    total = "" if stage.total is None else f"/{stage.total}"
    runs.append((f" {stage.done}{total}", role))
    if stage.repeats > 1:
        runs.append((f" x {stage.repeats}", "dim"))
    return runs


def _bar(stage: StageView, glyphs: Glyphs, width: int) -> list[Run]:
    share = 1.0 if stage.state == "done" else stage.done / stage.total if stage.total else 0.0
    halves = round(min(1.0, share) * width * 2)
    full = glyphs.bar * (halves // 2) + glyphs.bar_half * (halves % 2)
    role = "accent" if stage.state == "running" else "bar"
    return [(full, role), (glyphs.bar_rest * (width - len(full)), "faint")]


def _fewer(stages: Sequence[StageView]) -> Sequence[StageView]:
    """Leave out the first of those that are over, then the last of those to come."""
    return stages[1:] if _current(stages) > 0 else stages[:-1]


def _current(stages: Sequence[StageView]) -> int:
    """Find the stage that the sweep has come to: one before it may have trials that still run."""
    running = [n for n, stage in enumerate(stages) if stage.state == "running"]
    entered = [n for n, stage in enumerate(stages) if stage.state != "waiting"]
    return max(running or entered, default=0)

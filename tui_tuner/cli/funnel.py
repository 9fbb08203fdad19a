"""The stages of a sweep as lines."""

from __future__ import annotations

from engine.core.views import StageView, SweepView
from tui_tuner.view.line import fit, plain, width_of

BAR = 20


def funnel_lines(view: SweepView) -> list[str]:
    """Show each stage: how far it is, with which budget, and what it was given."""
    if not view.stages:
        return [f"{plain(view.stage or 'main')} is the only stage"]
    width = max((width_of(plain(s.name)) for s in view.stages), default=0)
    return [_line(stage, view.stage, width) for stage in view.stages]


def funnel(view: SweepView) -> str:
    """Show the stages in one line: 'coarse 60/60 > medium 12/20 > fine 0/5 x 3'."""
    return " > ".join(f"{plain(s.name)} {_progress(s)}" for s in view.stages)


def _line(stage: StageView, current: str | None, width: int) -> str:
    mark = "*" if stage.name == current and stage.state == "running" else " "
    done = 0 if not stage.total else min(BAR, round(BAR * stage.done / stage.total))
    bar = "#" * done + "." * (BAR - done)
    facts = [
        stage.state,
        f"{stage.budget} epochs" if stage.budget is not None else "",
        f"{stage.promoted} promoted" if stage.promoted else "",
    ]
    told = ", ".join(fact for fact in facts if fact)
    return f"{mark} {fit(plain(stage.name), width)}  {bar}  {_progress(stage):<11}  {told}"


def _progress(stage: StageView) -> str:
    total = f"/{stage.total}" if stage.total is not None else ""
    seeds = f" x {stage.repeats}" if stage.repeats > 1 else ""
    return f"{stage.done}{total}{seeds}"

"""How long it will take: a trial by its own pace, a stage by its share of what is left."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.views import StageView, TrialView

from .numbers import duration


def trial_eta_s(row: TrialView, now: float) -> float | None:
    """Give the seconds a running trial still needs, by its own seconds an epoch; None: unknown.

    All its attempts count, for nothing says at which epoch the last one went on. Half an epoch is
    taken to be done between two reports, so that the time left does not grow while one is awaited.
    """
    began, step, budget = row.attempt_started_at, row.step, row.budget
    if row.state != "running" or row.ending or began is None or step is None or budget is None:
        return None
    done = step - row.from_step
    if done <= 0:
        return None
    elapsed_s = row.elapsed_s + max(0.0, now - began)
    return max(0.0, elapsed_s / (done + 0.5) * (budget - step - 0.5))


def stage_eta_s(stages: Sequence[StageView], sweep_eta_s: float | None) -> float | None:
    """Give the seconds the running stage still needs: its share of the epochs left in all."""
    left = [_epochs_left(stage) for stage in stages]
    running = [n for n, stage in enumerate(stages) if stage.state == "running"]
    known = [epochs for epochs in left if epochs is not None]
    if sweep_eta_s is None or len(running) != 1 or len(known) < len(left) or not sum(known):
        return None
    return sweep_eta_s * known[running[0]] / sum(known)


def eta_text(seconds: float) -> str:
    """Write a time left as roughly as it is known, so that it changes seldom: 45s, 12m, 2h10."""
    if seconds < 10:
        return f"{max(1, round(seconds))}s"
    if seconds < 57.5:
        return f"{5 * round(seconds / 5)}s"
    if seconds < 3570:
        return f"{round(seconds / 60)}m"
    return duration(300 * round(seconds / 300))


def _epochs_left(stage: StageView) -> int | None:
    if stage.state == "done":
        return 0
    if stage.total is None or stage.budget is None:
        return None
    return max(0, stage.total - stage.done) * stage.budget * stage.repeats

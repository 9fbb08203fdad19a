"""Trials that keep a GPU and hardly use it: most often they wait for their data."""

from __future__ import annotations

from engine.core.views import TrialView
from tui_tuner.view_state import ViewState

from .line import Line, crop, plain, wrap

BUSY_ENOUGH = 20.0
"""Percent of a GPU, or of its share of one, that a trial uses at least, or it is said to idle."""
SETTLED_S = 60.0
"""How long a trial must have run until its use says anything."""
_CPU_BOUND = 80.0


def idle_note(row: TrialView, now: float) -> str:
    """Say that a running trial leaves its GPU idle, and what that looks like; empty where not."""
    if row.state != "running" or not row.gpus or row.attempt_started_at is None:
        return ""
    use = mean_use(row)
    enough = BUSY_ENOUGH * min(1.0, row.gpus)
    if use is None or use >= enough or now - row.attempt_started_at < SETTLED_S:
        return ""
    told = f"{plain(row.device or 'its GPU', 40)} {use:.0f} % busy"
    if row.cpu_util is None:
        return f"{told}: input-bound?"
    why = "input-bound?" if row.cpu_util >= _CPU_BOUND else "what does it wait for?"
    return f"{told}: {why} its CPU share is {row.cpu_util:.0f} % busy"


def mean_use(row: TrialView) -> float | None:
    """Give how busy the newest attempt has kept its GPUs, as far as that was averaged."""
    last = row.attempt_list[-1] if row.attempt_list else None
    averaged = last.mean_util if last is not None else None
    return averaged if averaged is not None else row.util


def idlers_lines(state: ViewState, now: float, width: int) -> list[Line]:
    """Say how many trials leave their GPUs idle, and which does so most; nothing if none does."""
    idle = [row for row in state.rows.values() if idle_note(row, now)]
    if not idle:
        return []
    worst = min(idle, key=lambda row: mean_use(row) or 0.0)
    told = f"{len(idle)} of {state.counts.get('running', 0)} running trials" if idle[1:] else ""
    said = f"{told + ' leave their GPUs idle; ' if told else ''}{worst.id}: {idle_note(worst, now)}"
    return [crop(((text, "warning"),), width) for text in wrap(said, width, 3)]

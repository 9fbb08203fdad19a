"""What several verbs say in the same words."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from math import isfinite
from typing import Any

from engine.core.model import STATES
from engine.core.views import BestView, SweepView, TrialView
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import ValueFormat, duration, short, value_format

from .documents import elapsed_s

BAR = 8


def counts(trials: Mapping[str, int]) -> str:
    """'2 running, 12 complete': the states that have any trials."""
    return ", ".join(f"{trials[s]} {s}" for s in STATES if trials.get(s)) or "no trials yet"


def best_line(best: BestView | None, metric: str) -> str:
    """The best trial in a line."""
    if best is None:
        return no_best(metric)
    return f"{number(best.value)}  {best.trial} epoch {best.step}  {params_line(best.params)}"


def no_best(metric: str) -> str:
    """Why there is no best trial: none reported the objective, or none of them a number."""
    return f"no trial has a number for {plain(metric)} yet"


def params_line(params: Mapping[str, Any], digits: int = 3) -> str:
    """'lr 3.1e-3  width 64'."""
    return "  ".join(f"{plain(name)} {short(value, digits)}" for name, value in params.items())


def number(value: float) -> str:
    """A value of the objective."""
    return value_format(value).text(value) if isfinite(value) else str(value)


def last_value(row: TrialView, form: ValueFormat) -> str:
    """The last value of a trial's objective."""
    return row.last_text or form.text(row.value)


def mean_of(row: TrialView, form: ValueFormat) -> str:
    """The mean over a finalist's seeds: '0.9810 ± 0.0030 over 3 seeds'."""
    if row.mean is None:
        return ""
    spread = f" ± {form.text(row.std)}" if row.std is not None else ""
    return f"{form.text(row.mean)}{spread} over {row.repeats} seeds"


def progress(row: TrialView) -> str:
    """How far a trial has come: '3/5 ###.....'."""
    if row.step is None:
        return f"0/{row.budget}" if row.budget else ""
    if not row.budget:
        return str(row.step)
    return f"{row.step}/{row.budget}"


def bar(row: TrialView) -> str:
    """A trial's progress as a bar."""
    if not row.budget:
        return ""
    done = min(BAR, round(BAR * (row.step or 0) / row.budget))
    return "#" * done + "." * (BAR - done)


def time_of(row: TrialView) -> str:
    """How long a trial has run."""
    return duration(elapsed_s(row)) if row.started_at is not None else ""


def took(seconds: float) -> str:
    """How long something took: '0.4 s', '3m04'."""
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def span(seconds: float) -> str:
    """A stretch of time in words: '3 minutes', '20 seconds'."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes"


def named(names: Collection[str], most: int = 8) -> str:
    """List trials, the first few of many."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(list(names)[:most]) + rest


def clock_time(at: float) -> str:
    """A time as the person's clock shows it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def state_line(view: SweepView) -> str:
    """The sweep's state, and why it is in it."""
    return f"{view.state}: {plain(view.sentence)}" if view.sentence else view.state

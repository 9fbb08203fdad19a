"""The curves of a comparison over one pair of axes, and what is read off them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.core.views import TrialView
from tui_tuner.keymap import key_of
from tui_tuner.plot import (
    ROLES,
    Axis,
    Plot,
    Point,
    Series,
    can_be_log,
    smoothed,
    values_at,
)
from tui_tuner.view_state import ViewState

from .compare import Comparison, Curves, metric_names
from .compare_names import short_names
from .glyphs import Glyphs
from .line import Line, pack, plain
from .numbers import duration
from .trial_axis import at_work_s


def compare_plot(state: ViewState, comparison: Comparison, curves: Curves, glyphs: Glyphs) -> Plot:
    """Lay the curves of the trials shown over each other, the best on top."""
    rows = [state.rows[name] for name in comparison.shown if name in state.rows]
    metric = comparison.metric_of(metric_names(state, comparison.shown, curves))
    names = short_names(rows, state.params, glyphs.missing)
    series = [
        Series(points=_points(row, comparison, curves, metric), role=role, name=name, short=row.id)
        for row, role, name in zip(rows, ROLES, names, strict=False)
    ]
    by_epoch = comparison.x_axis == "epoch"
    return Plot(
        series=tuple(reversed(series)),
        x=Axis(
            unit="steps" if by_epoch else "seconds", title="epoch" if by_epoch else "time at work"
        ),
        y=Axis(log=comparison.log),
        cursor=comparison.cursor,
        empty=_empty(rows, metric),
    )


def title(
    state: ViewState, comparison: Comparison, plot: Plot, metric: str, count: int, width: int
) -> Line:
    """Name the metric, and say how it is drawn; what matters least gives way."""
    objective = state.sweep is not None and state.sweep.metric.name == metric
    better = "higher" if state.ordering.maximize else "lower"
    at = comparison.metric % count + 1 if count else 1
    parts: list[tuple[int, Line]] = [(9, ((plain(metric, 60), "bold"),))]
    if objective:
        parts.append((2, ((f"{better} is better", "dim"),)))
    if count > 1:
        parts.append((1, ((f"{at} of {count}, {key_of('metric')}: next", "dim"),)))
    if comparison.log:
        said = "log" if can_be_log(plot) else "log needs values above 0"
        parts.append((5, ((said, ""),)))
    if comparison.weight:
        parts.append((6, ((f"smoothed {comparison.weight:g}", ""),)))
    if comparison.x_axis != "epoch":
        parts.append((4, (("by time at work", ""),)))
    return pack(parts, width, gap=3)


def read_off(plot: Plot, comparison: Comparison) -> list[float | None]:
    """Give each trial's value at the cursor, in their order; None where its curve does not go."""
    if comparison.cursor is None:
        return [None] * len(plot.series)
    found = values_at(plot, comparison.cursor)
    values = [
        point[1] if point is not None and _spans(series.points, comparison.cursor) else None
        for series, point in zip(plot.series, found, strict=True)
    ]
    return values[::-1]


def place(comparison: Comparison) -> str:
    """Say where the cursor is."""
    if comparison.cursor is None:
        return ""
    if comparison.x_axis == "epoch":
        return f"at epoch {comparison.cursor:.0f}"
    return f"after {duration(comparison.cursor)}"


def _points(
    row: TrialView, comparison: Comparison, curves: Curves, metric: str
) -> tuple[Point, ...]:
    reported = curves.get(row.id, {}).get(metric, ())
    if comparison.x_axis == "epoch":
        points = [(float(step), value) for step, value, _ in reported]
    else:
        timed = (
            (at_work_s(row.attempt_list, at, now=math.inf), value) for _, value, at in reported
        )
        points = sorted(timed, key=lambda point: point[0])
    return smoothed(points, comparison.weight) if comparison.weight else tuple(points)


def _spans(points: Sequence[Point], x: float) -> bool:
    return bool(points) and points[0][0] <= x <= points[-1][0]


def _empty(rows: Sequence[TrialView], metric: str) -> str:
    if not rows:
        return f"no trial is left to compare; {key_of('back')} goes back to the trials"
    waiting = all(row.state == "waiting" for row in rows)
    return "these trials wait for a slot" if waiting else f"no reports of {plain(metric, 40)} yet"

"""How a trial used its device, under its curves: over the same lower axis, or over time."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from engine.core.views import AttemptView
from engine.protocol.messages import UsagePoint
from tui_tuner.plot import Axis, Plot, Point, Series, margins, plot_lines, sample

from .cells import memory_text
from .device_line import spark
from .device_words import device_of, runs_on
from .idle_gpus import idle_note
from .line import Line, Run, crop, fit, pack, plain, right
from .pane import Scene
from .trial_axis import Reports, XAxis, at_work_s, placed
from .trial_plots import LEAST, Drawing, TrialLook, trial_plot_lines

_LEAST, _USUAL, _TALL = 6, 8, 32
"""Lines that it takes, and from which height on it takes more of them."""
_STEPS_AHEAD = 1.0
"""How far past its last report a trial is drawn to have come."""


def trial_lines(
    scene: Scene,
    reports: Reports,
    usage: Sequence[UsagePoint],
    look: TrialLook,
    size: tuple[int, int],
) -> list[Line]:
    """Draw a trial's curves, and under the first of them what it used, where there is room."""
    width, height = size
    if not usage or height <= LEAST:
        return trial_plot_lines(scene, reports, look, size)
    x = look.over(reports)
    strip = _USUAL if height >= _TALL else _LEAST
    if height < LEAST + strip + 1:
        return trial_plot_lines(
            *(scene, reports, look, size, 1),
            lambda above, top: [_spark(scene, usage, reports, x, above, (width, top))],
        )

    def under(above: Drawing, top: int) -> list[Line]:
        drawn = usage_lines(scene, usage, reports, x, above, (width, strip, top))
        return [crop((), width), *drawn]

    return trial_plot_lines(scene, reports, look, size, strip + 1, under)


def _spark(
    scene: Scene,
    usage: Sequence[UsagePoint],
    reports: Reports,
    x: XAxis,
    above: Drawing,
    size: tuple[int, int],
) -> Line:
    """How busy it kept its device in one line, cell by cell under the plot above."""
    width, top = size
    if not any(above.curves):
        return _title(scene, usage, _memory(scene), width)
    lower = _lower(above)
    edge, names = margins(above.plot, width, top)
    columns = max(1, width - edge - names)
    low, high = lower.low or 0.0, lower.high or 1.0
    cells: list[list[float]] = [[] for _ in range(columns)]
    ats = _places([point.at for point in usage], x, reports, scene)
    for at, use in _points(ats, [point.util for point in usage], lower):
        if use is not None:
            cells[min(columns - 1, int((at - low) / ((high - low) or 1.0) * columns))].append(use)
    means = _held([sum(cell) / len(cell) if cell else None for cell in cells])
    return crop(
        ((fit(right("use", edge - 1), edge), "dim"), (spark(means, scene.glyphs), "plot1")), width
    )


def _held(values: list[float | None]) -> list[float | None]:
    """Let each known value stand until the next."""
    known = [n for n, value in enumerate(values) if value is not None]
    for n, after in pairwise(known):
        values[n:after] = [values[n]] * (after - n)
    return values


def usage_lines(
    scene: Scene,
    usage: Sequence[UsagePoint],
    reports: Reports,
    x: XAxis,
    above: Drawing,
    size: tuple[int, int, int],
) -> list[Line]:
    """Draw it to stand under the plot `above`, over its axis where that has points.

    `size`: the width, the lines that it takes, and those that the plot above takes.
    """
    width, height, top = size
    under = any(above.curves)
    axis = x if under else XAxis("wall", "time at work")
    lower = _lower(above) if under else axis.axis
    ats = _places([point.at for point in usage], axis, reports, scene)
    total = _memory(scene)
    curves = {
        "plot1": [point.util for point in usage],
        "plot2": [100.0 * p.memory / total if p.memory and total else None for p in usage],
        "plot3": [point.cpu for point in usage] if scene.row.gpus else [],
    }
    series = tuple(
        Series(points=_points(ats, values, lower), role=role) for role, values in curves.items()
    )
    plot = Plot(
        series=series,
        title=_title(scene, usage, total, width),
        x=lower,
        y=Axis(low=0.0, high=max(100.0, *(y for s in series for _, y in s.points if y), 0.0)),
        cursor=above.plot.cursor if under else None,
        margins=margins(above.plot, width, top) if under else (0, 0),
        empty="nothing was measured of it yet",
    )
    return plot_lines(plot, width, height, scene.glyphs)


def _lower(above: Drawing) -> Axis:
    """The lower axis of the plot above, its ends made fast."""
    xs = [x for points in above.curves for x, _ in points]
    axis = above.plot.x
    low = axis.low if axis.low is not None else min(xs)
    return replace(axis, low=low, high=axis.high if axis.high is not None else max(xs))


def _points(
    ats: Sequence[float | None], values: Sequence[float | None], lower: Axis
) -> tuple[Point, ...]:
    low = lower.low if lower.low is not None else -math.inf
    high = lower.high if lower.high is not None else math.inf
    return tuple(
        (x, y)
        for x, y in zip(ats, values, strict=False)
        if x is not None and y is not None and low <= x <= high
    )


def _places(
    ats: Sequence[float], axis: XAxis, reports: Reports, scene: Scene
) -> list[float | None]:
    """Where times lie on the axis: between two reports by the straight line."""
    attempts = scene.row.attempt_list
    if axis.kind == "wall":
        return [at_work_s(attempts, at, scene.now) for at in ats]
    objective = scene.state.sweep.metric.name if scene.state.sweep is not None else ""
    metric = objective if objective in reports else next(iter(reports), "")
    times = [at for _, _, at in reports.get(metric, ())]
    steps = [x for x, _ in placed(reports, metric, axis, attempts, scene.now)]
    if not steps or len(steps) != len(times):
        return [None] * len(ats)
    began = _began(attempts, times[0])
    marks = sorted([(began, steps[0] - _pace(steps)), *zip(times, steps, strict=True)])
    return [_between(marks, at) for at in ats]


def _began(attempts: Sequence[AttemptView], first: float) -> float:
    """When the attempt began that made the first report."""
    return max((a.started_at for a in attempts if a.started_at <= first), default=first)


def _pace(steps: Sequence[float]) -> float:
    """How far apart reports lie."""
    return (steps[-1] - steps[0]) / (len(steps) - 1) if len(steps) > 1 else 1.0


def _between(marks: Sequence[tuple[float, float]], at: float) -> float | None:
    """Read a place off the line through the marks; a little past the last, at the pace so far."""
    n = bisect_right(marks, (at, math.inf))
    if n == 0:
        return None
    if n == len(marks):
        spans = [b[0] - a[0] for a, b in pairwise(marks)]
        usual = sorted(spans)[len(spans) // 2] if spans else 0.0
        ahead = (at - marks[-1][0]) / usual if usual else 0.0
        return marks[-1][1] + min(_STEPS_AHEAD, ahead) * _pace([x for _, x in marks])
    (t0, x0), (t1, x1) = marks[n - 1], marks[n]
    return x1 if t1 == t0 else x0 + (x1 - x0) * (at - t0) / (t1 - t0)


def _memory(scene: Scene) -> int | None:
    """What the trial's devices hold in all, where they say."""
    sweep, name = scene.state.sweep, device_of(scene.row)
    devices = sweep.devices if sweep is not None else []
    row = scene.row if scene.row.device else replace(scene.row, device=name)
    sizes = [device.mem_total for device in devices if name and runs_on(row, device)]
    known = [size for size in sizes if size]
    return sum(known) or None


def _title(scene: Scene, usage: Sequence[UsagePoint], total: int | None, width: int) -> Line:
    row, glyphs = scene.row, scene.glyphs
    utils = [point.util for point in usage if point.util is not None]
    mean = f"{sum(utils) / len(utils):.0f} % on average" if utils else "use"
    where = plain(device_of(row), 24) or "device"
    parts: list[tuple[int, Line]] = [
        (9, ((where.upper() if where.startswith("gpu") else f"its {where}", "bold"),)),
        (8, _key("plot1", f"{mean}", scene)),
    ]
    held = row.memory or next((p.memory for p in reversed(usage) if p.memory), None)
    if held:
        of = f" of {memory_text(total)}" if total else ""
        peak = f", peak {memory_text(row.peak_memory)}" if row.peak_memory else ""
        parts.append((6, _key("plot2", f"{memory_text(held)}{of}{peak}", scene)))
    if row.gpus and any(point.cpu is not None for point in usage):
        now = f" {row.cpu_util:.0f} %" if row.cpu_util is not None else ""
        parts.append((5, _key("plot3", f"cpu{now}", scene)))
    if note := idle_note(row, scene.now):
        parts.append((7, ((f"{glyphs.warning} {note.partition(': ')[2]}", "warning"),)))
    return crop(pack(parts, width, gap=2), width)


def _key(role: str, text: str, scene: Scene) -> tuple[Run, ...]:
    return ((f"{sample(role, scene.glyphs)} ", role), (text, ""))

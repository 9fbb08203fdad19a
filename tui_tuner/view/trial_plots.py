"""Every metric of a trial as plots: families overlaid, the first one largest."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from tui_tuner.keymap import key_of
from tui_tuner.plot import Axis, Plot, Point, Series, can_be_log, plot_lines, sample, smoothed

from .families import Family, families
from .line import Line, crop, fit, pack, plain
from .numbers import ValueFormat, value_format
from .pane import Scene
from .trial_axis import Reports, XAxis, counting, placed, x_axes

SMOOTHING = (0.0, 0.6, 0.9)
"""The weights that `z` goes through."""

LEAST = 9
"""Lines below which a plot says little."""

_TWO_COLUMNS = 100
_GAP = 3
_ROLES = {"val": "plot1", "train": "plot2", "test": "plot3"}
_OTHERS = ("plot1", "plot4", "plot5", "plot6")


class TrialLook(Struct, frozen=True):
    """How the curves are looked at. `first` and `axis` count round and round; `cursor` is an x."""

    first: int = 0
    log: bool = False
    axis: int = 0
    smooth: int = 0
    cursor: float | None = None

    @property
    def weight(self) -> float:
        """How strongly curves are smoothed, 0 to below 1."""
        return SMOOTHING[self.smooth % len(SMOOTHING)]

    def over(self, reports: Reports) -> XAxis:
        """What lies along the lower axis."""
        axes = x_axes(reports)
        return axes[self.axis % len(axes)]


class Drawing(Struct, frozen=True):
    """A family, where its points lie, and how it is drawn."""

    family: Family
    curves: tuple[tuple[Point, ...], ...]
    roles: tuple[str, ...]
    plot: Plot


def drawings(scene: Scene, reports: Reports, look: TrialLook) -> list[Drawing]:
    """Give every family as a plot, in the order they are looked at."""
    sweep = scene.state.sweep
    objective = sweep.metric.name if sweep is not None else ""
    counters = counting(reports)
    names = [name for name in reports if name not in counters]
    if objective and objective not in names:
        names.insert(0, objective)
    found = families(names, objective)
    start = look.first % len(found) if found else 0
    turned = [*found[start:], *found[:start]]
    return [_drawing(scene, reports, family, look, n == 0) for n, family in enumerate(turned)]


Under = Callable[[Drawing, int], Sequence[Line]]
"""Gives the lines that stand under a plot, from it and the lines it takes."""


def trial_plot_lines(
    scene: Scene,
    reports: Reports,
    look: TrialLook,
    size: tuple[int, int],
    strip: int = 0,
    under: Under | None = None,
) -> list[Line]:
    """Draw as many families as `size` = (width, height) has room for.

    `under` gives `strip` lines that stand right under the first.
    """
    width, height = size[0], size[1] - strip
    every = drawings(scene, reports, look)
    if not every:
        return [crop((("  no metrics yet", "dim"),), width), *[crop((), width)] * (height - 1)]
    columns = 2 if width >= _TWO_COLUMNS and len(every) > 2 else 1
    rows = min(-(-(len(every) - 1) // columns), max(0, (height - LEAST - 3) // (LEAST + 1)))
    shown = every[: 1 + rows * columns]
    below = min(16, height // (rows + 2)) if columns == 1 else min(16, height // (rows + 1.5))
    each = max(LEAST, int(below)) if rows else 0
    top = height - rows * (each + 1)
    hint = (
        f"{look.first % len(every) + 1} of {len(every)}, {key_of('metric')}: next"
        if len(shown) < len(every)
        else ""
    )
    lines = _drawn(scene, shown[0], look, reports, (width, top), hint)
    lines += under(shown[0], top) if under is not None else ()
    for n in range(1, len(shown), columns):
        lines.append(crop((), width))
        lines += _beside(scene, shown[n : n + columns], look, reports, (width, each, columns))
    return lines[: height + strip]


def _beside(
    scene: Scene,
    shown: Sequence[Drawing],
    look: TrialLook,
    reports: Reports,
    room: tuple[int, int, int],
) -> list[Line]:
    width, height, columns = room
    each = (width - _GAP * (columns - 1)) // columns
    blocks = [_drawn(scene, one, look, reports, (each, height), "") for one in shown]
    joined = (
        [run for n, part in enumerate(parts) for run in ((" " * (_GAP if n else 0), ""), *part)]
        for parts in zip(*blocks, strict=True)
    )
    return [crop(runs, width) for runs in joined]


def _drawing(
    scene: Scene, reports: Reports, family: Family, look: TrialLook, first: bool
) -> Drawing:
    x, row = look.over(reports), scene.row
    curves = tuple(
        placed(reports, member.metric, x, row.attempt_list, scene.now) for member in family.members
    )
    roles = _roles(family)
    raw = [Series(points=points, role="faint") for points in curves] if look.weight else []
    lines = [
        Series(
            points=smoothed(points, look.weight) if look.weight else points,
            role=role,
            name=member.side if len(family.members) > 1 else "",
        )
        for member, points, role in zip(family.members, curves, roles, strict=True)
    ]
    axis = x.axis
    if x.kind == "epoch":
        axis = replace(axis, high=_end(curves, row.budget))
    plot = Plot(
        series=(*raw, *lines),
        x=axis,
        y=Axis(log=look.log and first),
        cursor=look.cursor,
        empty=_empty(scene),
    )
    return Drawing(family, curves, roles, plot)


def _roles(family: Family) -> tuple[str, ...]:
    if len(family.members) == 1:
        return ("plot1",)
    left = iter(_OTHERS * len(family.members))
    return tuple(_ROLES.get(member.side) or next(left) for member in family.members)


def _end(curves: Sequence[Sequence[Point]], budget: int | None) -> float | None:
    """Let the axis reach to the budget: how far is left shows."""
    reached = max((points[-1][0] for points in curves if points), default=0.0)
    return max(reached, float(budget)) if budget else None


def _empty(scene: Scene) -> str:
    if scene.row.state == "waiting":
        return "waits for a free slot; its curves will stand here"
    return "nothing was reported" if scene.row.state != "running" else "no reports yet"


def _drawn(
    scene: Scene,
    drawing: Drawing,
    look: TrialLook,
    reports: Reports,
    size: tuple[int, int],
    hint: str,
) -> list[Line]:
    title = _title(scene, drawing, look, reports, (size[0], hint))
    return plot_lines(replace(drawing.plot, title=title), *size, scene.glyphs)


def _title(
    scene: Scene, drawing: Drawing, look: TrialLook, reports: Reports, room: tuple[int, str]
) -> Line:
    """The family's name, and each member's value: at the cursor, or the last one and the best."""
    width, hint = room
    family, log = drawing.family, drawing.plot.y.log
    scale = "" if not log else ", log" if can_be_log(drawing.plot) else ", log needs values above 0"
    name = fit(plain(family.name), min(40, max(8, width // 3))).rstrip()
    parts: list[tuple[int, Line]] = [
        (9, ((name, "bold"), (f"{f' ({hint})' if hint else ''}{scale}", "dim")))
    ]
    known = [point for points in drawing.curves for point in points[-20:]]
    sizes = [abs(y) for _, y in known if y is not None and math.isfinite(y)]
    fmt = value_format(max(sizes, default=None))
    several = len(family.members) > 1
    axis = look.over(reports)
    for member, points, role in zip(family.members, drawing.curves, drawing.roles, strict=True):
        if not points:
            continue
        at = _read_at(points, look.cursor)
        label = (
            ((f"{sample(role, scene.glyphs)} ", role), (f"{plain(member.side, 24)} ", "dim"))
            if several
            else ()
        )
        parts.append((8, (*label, (_value(at[1], fmt), "bold" if look.cursor else ""))))
        if member is family.members[-1]:
            parts.append((5, ((f"at {axis.text(at[0])}", "accent" if look.cursor else "dim"),)))
    if (best := _best(scene, drawing)) is not None:
        value, where = _value(best[1], fmt), axis.text(best[0])
        parts.append((6, (("best ", "dim"), (value, "best"), (f" at {where}", "dim"))))
    return crop(pack(parts, width, gap=2 if width < LEAST * 6 else 3), width)


def _read_at(points: Sequence[Point], cursor: float | None) -> Point:
    if cursor is None:
        return points[-1]
    return min(points, key=lambda point: abs(point[0] - cursor))


def _value(value: float | None, fmt: ValueFormat) -> str:
    return "nan" if value is None else fmt.text(value)


def _best(scene: Scene, drawing: Drawing) -> Point | None:
    """The best point of the objective, where it belongs to this family."""
    sweep = scene.state.sweep
    for member, points in zip(drawing.family.members, drawing.curves, strict=True):
        if sweep is not None and member.metric == sweep.metric.name:
            known = [(x, y) for x, y in points if y is not None and math.isfinite(y)]
            pick = max if scene.state.ordering.maximize else min
            return pick(known, key=lambda point: point[1], default=None)
    return None

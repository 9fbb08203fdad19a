"""What a row of the trial table says, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from engine.core.views import TrialView
from engine.protocol.fields import is_advised
from engine.protocol.noise import is_level
from tui_tuner.view_state import ParamStats, trial_elapsed_s

from .columns import BAR_WIDTH, Column
from .costs import HOUR_S, gpu_seconds, rate_maximized, rate_minimized
from .device_words import device_of
from .eta import eta_text, trial_eta_s
from .finals import spread_text
from .glyphs import ENDINGS, STATE_ROLES, Glyphs
from .idle_gpus import idle_note
from .line import Line, Run, crop, fit, plain, right, width_of
from .numbers import ParamFormat, ValueFormat, duration, short


class Context(NamedTuple):
    """What a row's cells depend on besides the row."""

    glyphs: Glyphs
    values: ValueFormat
    params: Mapping[str, ParamStats]
    best: str | None
    marks: frozenset[str]
    now: float
    curve_range: tuple[float, float] | None = None
    leader: TrialView | None = None
    """The finalist with the best mean over its seeds."""
    places: int = 4
    """Decimals of means over seeds."""
    fresh: frozenset[str] = frozenset()
    """Trials that are new, or came to another state, a moment ago."""
    maximize: bool = True
    """Whether the objective is the better the larger it is."""


def cells(row: TrialView, columns: tuple[Column, ...], context: Context) -> Line:
    """Write a row, without its cursor: mark, then a cell a column."""
    mark = _mark(row, context)
    runs: list[Run] = [mark]
    for column in columns:
        writer = _param if column.param else _WRITERS[column.key]
        runs.extend(writer(row, column, context))
        runs.append((" ", ""))
    return tuple(runs)


def _mark(row: TrialView, context: Context) -> Run:
    if row.id in context.marks:
        return context.glyphs.mark, "mark"
    return (context.glyphs.best, "best") if row.id == context.best else (" ", "")


def _id(row: TrialView, column: Column, context: Context) -> Line:
    role = "best" if row.id == context.best else "dim" if row.state in ("waiting", "pruned") else ""
    if is_dropped(row):
        role = "faint"
    return ((fit(row.id, column.width), role),)


def _state(row: TrialView, column: Column, context: Context) -> Line:
    glyph, role = state_glyph(row, context.glyphs)
    if row.id in context.fresh:
        role = f"{role} fresh".strip()
    badges: list[Run] = [(context.glyphs.note, "accent")] if row.note else []
    if is_advised(row):
        badges.append((context.glyphs.advice, "warning"))
    return (*crop(((glyph, role),), column.width - len(badges)), *badges)


def state_glyph(row: TrialView, glyphs: Glyphs) -> Run:
    """Show a state: what a trial that was asked to go becomes, with an ellipsis; held, as such."""
    if row.ending and row.state == "running":
        becomes = ENDINGS.get(row.ending, row.ending)
        return glyphs.states.get(becomes, "?") + glyphs.ellipsis[0], "accent"
    if row.held:
        return glyphs.states["paused"] + glyphs.held, "accent"
    role = "faint" if is_dropped(row) else STATE_ROLES.get(row.state, "")
    return glyphs.states.get(row.state, "?"), role


def is_dropped(row: TrialView) -> bool:
    """Whether it is a proposal that was given up before it ran."""
    return row.state == "pruned" and not row.attempts and (row.reason or "").startswith("dropped")


def _epoch(row: TrialView, column: Column, context: Context) -> Line:
    if is_dropped(row) or (row.step is None and row.budget is None):
        return ((" " * column.width, ""),)
    digits = (column.width - BAR_WIDTH - 2) // 2
    step = right("" if row.step is None else str(row.step), digits)
    if not row.budget:
        return ((fit(step, column.width), ""),)
    done = 1.0 if row.state == "complete" else min(1.0, (row.step or 0) / row.budget)
    halves = round(done * BAR_WIDTH * 2)
    glyphs = context.glyphs
    full = glyphs.bar * (halves // 2) + glyphs.bar_half * (halves % 2)
    role = "accent" if row.state == "running" else "bar"
    return (
        (step + " ", "dim" if row.state == "waiting" else ""),
        (full, role),
        (glyphs.bar_rest * (BAR_WIDTH - len(full)), "faint"),
        (fit(f" {row.budget}", column.width - digits - 1 - BAR_WIDTH), "dim"),
    )


def _last(row: TrialView, column: Column, context: Context) -> Line:
    if row.last_text:
        return ((right(row.last_text, column.width), "error"),)
    return ((right(context.values.text(row.value), column.width), _value_role(row)),)


def _best(row: TrialView, column: Column, context: Context) -> Line:
    role = "best" if row.id == context.best else _value_role(row)
    if row.best is None and row.state != "waiting" and not is_dropped(row):
        return ((right(context.glyphs.missing, column.width), "dim"),)
    return ((right(context.values.text(row.best), column.width), role),)


def _mean(row: TrialView, column: Column, context: Context) -> Line:
    text = spread_text(row, context.places, context.glyphs.spread)
    level = context.glyphs.level if is_level(row, context.leader) else ""
    leads = context.leader is not None and row.id == context.leader.id
    shown = fit(text, min(column.width - len(level), width_of(text)))
    return crop(((shown, "best" if leads else ""), (level, "warning")), column.width)


def _value_role(row: TrialView) -> str:
    if is_dropped(row):
        return "faint"
    return "dim" if row.state == "pruned" else ""


def _curve(row: TrialView, column: Column, context: Context) -> Line:
    role = "accent" if row.state == "running" else "best" if row.id == context.best else "spark"
    runs: list[Run] = []
    for char in fit(
        sparkline(row.spark, context.glyphs, column.width, context.curve_range), column.width
    ):
        own = "error" if char == context.glyphs.bad else role
        if runs and runs[-1][1] == own:
            runs[-1] = (runs[-1][0] + char, own)
        else:
            runs.append((char, own))
    return tuple(runs)


def _util(row: TrialView, column: Column, context: Context) -> Line:
    if row.util is None:
        return ((" " * column.width, ""),)
    role = "warning" if idle_note(row, context.now) else _measured(row)
    return ((right(f"{row.util:.0f}", column.width), role),)


def _memory(row: TrialView, column: Column, context: Context) -> Line:
    return ((right(memory_text(row.memory) if row.memory else "", column.width), ""),)


def _peak(row: TrialView, column: Column, context: Context) -> Line:
    text = "" if row.peak_memory is None else memory_text(row.peak_memory)
    return ((right(text, column.width), "dim"),)


def _cpu(row: TrialView, column: Column, context: Context) -> Line:
    text = "" if row.cpu_util is None else f"{row.cpu_util:.0f}"
    return ((right(text, column.width), _measured(row)),)


def _device(row: TrialView, column: Column, context: Context) -> Line:
    return ((fit(plain(device_of(row), 40), column.width), _measured(row)),)


def _measured(row: TrialView) -> str:
    """What was measured of a trial that runs no more stands back."""
    return "" if row.state == "running" else "dim"


def _gpu_hours(row: TrialView, column: Column, context: Context) -> Line:
    hours = gpu_seconds(row, context.now) / HOUR_S
    text = "" if not hours else f"{hours:.2f}" if hours < 99.995 else f"{hours:.0f}"
    return ((right(text, column.width), "dim"),)


def _rate(row: TrialView, column: Column, context: Context) -> Line:
    rate = rate_maximized(row) if context.maximize else rate_minimized(row)
    return ((right("" if rate is None else short(rate, 3), column.width), ""),)


def memory_text(size: int) -> str:
    """Write bytes in at most five characters: 812M, 9.1G, 71G."""
    gib = size / 2**30
    if gib < 0.9995:
        return f"{size / 2**20:.0f}M"
    return f"{gib:.1f}G" if gib < 99.95 else f"{gib:.0f}G"


def _elapsed(row: TrialView, column: Column, context: Context) -> Line:
    seconds = trial_elapsed_s(row, context.now)
    text = duration(seconds) if row.started_at is not None or seconds else ""
    return ((right(text, column.width), "dim"),)


def _eta(row: TrialView, column: Column, context: Context) -> Line:
    seconds = trial_eta_s(row, context.now)
    return ((right("" if seconds is None else eta_text(seconds), column.width), ""),)


def _note(row: TrialView, column: Column, context: Context) -> Line:
    return ((fit(plain(row.note or ""), column.width), "accent"),)


def _reason(row: TrialView, column: Column, context: Context) -> Line:
    text = plain(row.reason or row.failure or "").removeprefix("pruned by ")
    if not text and is_advised(row):
        return ((fit(f"advice: {plain(row.advice or '')}", column.width), "warning"),)
    if not text and (idle := idle_note(row, context.now)):
        return ((fit(idle, column.width), "warning"),)
    return ((fit(text, column.width), "dim"),)


def _param(row: TrialView, column: Column, context: Context) -> Line:
    if column.param not in row.params:
        text = ""
    else:
        stats = context.params.get(column.param)
        chosen = stats.format if stats else ParamFormat()
        text = chosen.text(row.params[column.param])
    place = right if column.to_right else fit
    return ((place(text, column.width), _value_role(row)),)


_WRITERS: dict[str, Callable[[TrialView, Column, Context], Line]] = {
    "id": _id,
    "state": _state,
    "epoch": _epoch,
    "last": _last,
    "best": _best,
    "mean": _mean,
    "curve": _curve,
    "device %": _util,
    "memory": _memory,
    "peak memory": _peak,
    "cpu %": _cpu,
    "device": _device,
    "GPU hours": _gpu_hours,
    "best per hour": _rate,
    "elapsed": _elapsed,
    "time left": _eta,
    "note": _note,
    "reason": _reason,
}


def sparkline(
    points: list[float | None],
    glyphs: Glyphs,
    width: int,
    ends: tuple[float, float] | None = None,
) -> str:
    """Draw a curve `width` characters wide between two values (its own extremes if not given)."""
    finite = [value for value in points if value is not None and math.isfinite(value)]
    if not finite:
        return glyphs.bad * min(len(points), 1)
    count = min(len(points), width)
    picked = [points[((i + 1) * len(points)) // count - 1] for i in range(count)]
    low, high = ends or (min(finite), max(finite))
    steps = len(glyphs.ladder) - 1
    return "".join(_height(value, low, high, steps, glyphs) for value in picked)


def _height(value: float | None, low: float, high: float, steps: int, glyphs: Glyphs) -> str:
    if value is None or not math.isfinite(value):
        return glyphs.bad
    if high == low:
        return glyphs.ladder[steps // 2]
    share = (min(max(value, low), high) / 2 - low / 2) / (high / 2 - low / 2)
    return glyphs.ladder[round(share * steps)]

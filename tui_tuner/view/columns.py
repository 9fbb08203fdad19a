"""The trial table's columns: which fit a width, and what a row's cells say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from engine.core.views import TrialView
from engine.protocol.fields import is_advised
from engine.protocol.noise import is_level
from tui_tuner.view_state import ParamStats, ViewState, trial_elapsed_s

from .finals import decimals, spread_text
from .glyphs import ENDINGS, STATE_ROLES, UNICODE, Glyphs
from .line import Line, Run, crop, fit, plain, right, width_of
from .numbers import MAX_PARAM_WIDTH, ParamFormat, ValueFormat, duration

SPARK_WIDTH = 8
_BAR_WIDTH = 6
_REASON_WIDTH = 16
_GUTTER = 2

HEADINGS = {"state": "st", "elapsed": "time", "mean": "mean±std"}
"""What columns are called on the screen that are not called by their key."""


class Column(NamedTuple):
    """A column: what it is sorted by, its heading, its width in cells, and which edge it hugs."""

    key: str
    title: str
    width: int
    to_right: bool = False


class Context(NamedTuple):
    """What a row's cells depend on besides the row."""

    glyphs: Glyphs
    values: ValueFormat
    params: dict[str, ParamStats]
    best: str | None
    marks: frozenset[str]
    now: float
    curve_range: tuple[float, float] | None = None
    leader: TrialView | None = None
    """The finalist with the best mean over its seeds."""
    places: int = 4
    """Decimals of means over seeds."""


def layout(state: ViewState, width: int, glyphs: Glyphs = UNICODE) -> tuple[Column, ...]:
    """Choose the columns that fit `width` cells: the essential ones, two parameters, the rest."""
    params = [_param_column(name, state.params[name]) for name in state.varying()]
    base = _base_columns(state, glyphs)
    wanted = ["id", "state", "epoch", "best", "curve"]
    ranked = [*params[:1], base["last"], *params[1:2], base["elapsed"], *params[2:]]
    if state.finals:
        ranked.insert(0, base["mean"])
    chosen = [base[key] for key in wanted]
    while len(chosen) > 3 and _total(chosen) > width:
        chosen.remove(base["curve"] if base["curve"] in chosen else base["epoch"])
    left = width - _total(chosen)
    for column in ranked:
        if column.width + 1 <= left:
            chosen.append(column)
            left -= column.width + 1
    reason = [Column("reason", "", min(left - 1, 60))] if left > _REASON_WIDTH else []
    places = [*base, *(column.key for column in params)]
    return (*sorted(chosen, key=lambda column: places.index(column.key)), *reason)


def _total(columns: list[Column]) -> int:
    return _GUTTER + sum(column.width + 1 for column in columns)


def _base_columns(state: ViewState, glyphs: Glyphs) -> dict[str, Column]:
    digits = max((len(str(row.budget or row.step or 1)) for row in _sample(state)), default=1)
    ids = max(5, len(f"t{len(state.rows):04d}"))
    best = state.sweep.best.value if state.sweep is not None and state.sweep.best else 0.5
    value = min(10, max(6, len(state.value_format.text(best)) + (best >= 0)))
    finalists = state.finalists
    places = decimals(finalists)
    spread = max((len(spread_text(row, places, glyphs.spread)) for row in finalists), default=0)
    columns = (
        Column("id", "id", ids),
        Column("state", "st", 3),
        Column("epoch", "epoch", max(5, 2 * digits + _BAR_WIDTH + 2)),
        Column("last", "last", value, to_right=True),
        Column("best", "best", value, to_right=True),
        Column("mean", HEADINGS["mean"], max(10, spread + 1)),
        Column("curve", "curve", SPARK_WIDTH),
        Column("elapsed", "time", 5, to_right=True),
    )
    return {column.key: column for column in columns}


def _sample(state: ViewState) -> list[TrialView]:
    return [state.rows[entry[2]] for entry in state.order[:200]]


def _param_column(name: str, stats: ParamStats) -> Column:
    title = plain(name).rpartition(".")[2] or "?"
    number = all(isinstance(value, int | float) for value in stats.seen.values())
    width = max(stats.width, min(len(title), 8, MAX_PARAM_WIDTH), 3)
    return Column(name, title, width, to_right=number)


def heading(columns: tuple[Column, ...], state: ViewState, glyphs: Glyphs) -> Line:
    """Write the headings, with the direction beside the one rows are sorted by."""
    sort = state.ordering.sort
    runs: list[Run] = [(" " * _GUTTER, "head")]
    for column in columns:
        place = right if column.to_right else fit
        title = place(column.title.replace("±", glyphs.spread), column.width)
        if column.key == sort.column:
            arrow = glyphs.down if sort.reverse else glyphs.up
            words = title.rstrip()
            rest = " " * (column.width - width_of(words))
            runs.extend([(words + arrow, "sorted"), (rest, "head")])
        else:
            runs.extend([(title, "head"), (" ", "head")])
    return tuple(runs)


def cells(row: TrialView, columns: tuple[Column, ...], context: Context) -> Line:
    """Write a row, without its cursor: mark, then a cell a column."""
    mark = _mark(row, context)
    runs: list[Run] = [mark]
    for column in columns:
        writer = _WRITERS.get(column.key)
        runs.extend(writer(row, column, context) if writer else _param(row, column, context))
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
    digits = (column.width - _BAR_WIDTH - 2) // 2
    step = right("" if row.step is None else str(row.step), digits)
    if not row.budget:
        return ((fit(step, column.width), ""),)
    done = 1.0 if row.state == "complete" else min(1.0, (row.step or 0) / row.budget)
    halves = round(done * _BAR_WIDTH * 2)
    glyphs = context.glyphs
    full = glyphs.bar * (halves // 2) + glyphs.bar_half * (halves % 2)
    role = "accent" if row.state == "running" else "bar"
    return (
        (step + " ", "dim" if row.state == "waiting" else ""),
        (full, role),
        (glyphs.bar_rest * (_BAR_WIDTH - len(full)), "faint"),
        (fit(f" {row.budget}", column.width - digits - 1 - _BAR_WIDTH), "dim"),
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


def _elapsed(row: TrialView, column: Column, context: Context) -> Line:
    seconds = trial_elapsed_s(row, context.now)
    text = duration(seconds) if row.started_at is not None or seconds else ""
    return ((right(text, column.width), "dim"),)


def _reason(row: TrialView, column: Column, context: Context) -> Line:
    text = plain(row.reason or row.failure or "").removeprefix("pruned by ")
    if not text and is_advised(row):
        return ((fit(f"advice: {plain(row.advice or '')}", column.width), "warning"),)
    return ((fit(text, column.width), "dim"),)


def _param(row: TrialView, column: Column, context: Context) -> Line:
    if column.key not in row.params:
        text = ""
    else:
        stats = context.params.get(column.key)
        chosen = stats.format if stats else ParamFormat()
        text = chosen.text(row.params[column.key])
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
    "elapsed": _elapsed,
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

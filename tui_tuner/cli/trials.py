"""`tui-tuner trials`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from engine.core.views import SweepView, TrialView
from engine.lifecycle import find_sweep
from engine.protocol.fields import is_advised
from engine.protocol.messages import GetStatus, ListTrials
from engine.protocol.noise import is_level, leader
from tui_tuner.view.device_words import device_of
from tui_tuner.view.finals import decimals, spread_text
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import param_format, value_format

from .arguments import Json, Sweep, Where
from .boundary import said
from .columns import Column, print_table
from .documents import print_json, trial_document
from .reach import ask
from .wording import bar, last_value, progress, time_of

SortOption = Annotated[
    str | None,
    typer.Option("--sort", metavar="KEY", help="A column, e.g. best; -best: the largest first."),
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=0, help="The first N only.")
]


def command(
    sweep: Sweep = None,
    where: Where = None,
    sort: SortOption = None,
    limit: LimitOption = None,
    json: Json = False,
) -> None:
    """List trials.

    Example: tui-tuner trials digits --where 'lr>=1e-3 state=complete' --sort -best
    """
    wanted = ListTrials(id=0, where=where, sort=sort, limit=limit)
    directory = find_sweep(sweep)
    view, rows = ask(directory, GetStatus(id=0), wanted)
    if json:
        print_json([trial_document(row) for row in rows])
    elif rows:
        print_table(trial_columns(rows, view, _finalists(directory, rows)))
    else:
        said("no trial fits" if where else "there are no trials yet")


def _finalists(sweep: Path, rows: Sequence[TrialView]) -> list[TrialView]:
    """Every finalist with a mean over its seeds, if one of these has; the leader may be another."""
    if all(row.mean is None for row in rows):
        return []
    found: list[TrialView] = ask(sweep, ListTrials(id=0, where="repeats>1"))[0]
    return found


def trial_columns(
    rows: Sequence[TrialView], view: SweepView, finalists: Sequence[TrialView] = ()
) -> list[Column]:
    """Lay trials out as columns; the parameters that vary are dropped first where room is short."""
    form = value_format(view.best.value if view.best else None)
    return [
        Column("id", [row.id for row in rows]),
        Column("state", [_state(row) for row in rows]),
        *_stages(rows, view),
        Column("epoch", [progress(row) for row in rows], "right"),
        Column("", [bar(row) for row in rows], optional=True),
        Column(plain(view.metric.name), [last_value(row, form) for row in rows], "right"),
        Column("best", [form.text(row.best) for row in rows], "right"),
        Column("mean", _means(rows, view, finalists)),
        Column("time", [time_of(row) for row in rows], "right"),
        Column("device", [_device(row) for row in rows], optional=True),
        *_parameters(rows),
        Column("note", [row.note or "" for row in rows], optional=True, text=True),
        Column("why", [row.reason or "" for row in rows], optional=True, text=True),
        Column("advice", [_advice(row) for row in rows], optional=True, text=True),
    ]


def _state(row: TrialView) -> str:
    if row.held:
        return "paused: held"
    if row.state == "running" and row.ending == "paused":
        return "running: pausing"
    return f"{row.state}: {row.failure}" if row.state == "failed" and row.failure else row.state


def _device(row: TrialView) -> str:
    """The GPUs it runs on, or ran on last."""
    device = device_of(row)
    return "" if device == "cpu" else device


def _advice(row: TrialView) -> str:
    """What a rule that only advises would do, where a person can still follow it."""
    return (row.advice or "") if is_advised(row) else ""


def _means(rows: Sequence[TrialView], view: SweepView, finalists: Sequence[TrialView]) -> list[str]:
    """Means and spreads over seeds; those that cannot be told from the leader's are marked."""
    best = leader(finalists, view.metric.goal)
    places = max(4, decimals(finalists))
    marks = ["≈" if is_level(row, best) else "" for row in rows]
    means = [spread_text(row, places, " ± ") for row in rows]
    return [f"{mean} {mark}".rstrip() for mean, mark in zip(means, marks, strict=True)]


def _stages(rows: Sequence[TrialView], view: SweepView) -> list[Column]:
    if len(view.stages) < 2:
        return []
    return [Column("stage", [row.stage for row in rows], optional=True)]


def _parameters(rows: Sequence[TrialView]) -> list[Column]:
    names = dict.fromkeys(name for row in rows for name in row.params)
    columns = []
    for name in names:
        values = {repr(row.params.get(name)): row.params.get(name) for row in rows}
        if len(values) < 2 and len(rows) > 1:
            continue
        form = param_format(list(values.values()))
        cells = [form.text(row.params[name]) if name in row.params else "" for row in rows]
        columns.append(Column(plain(name), cells, "right", optional=True))
    return columns

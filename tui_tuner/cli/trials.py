"""`tui-tuner trials`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from engine.core.views import SweepView, TrialView
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetStatus, ListTrials
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
    view, rows = ask(find_sweep(sweep), GetStatus(id=0), wanted)
    if json:
        print_json([trial_document(row) for row in rows])
    elif rows:
        print_table(trial_columns(rows, view))
    else:
        said("no trial fits" if where else "there are no trials yet")


def trial_columns(rows: Sequence[TrialView], view: SweepView) -> list[Column]:
    """Lay trials out as columns; the parameters that vary are dropped first where room is short."""
    form = value_format(view.best.value if view.best else None)
    return [
        Column("id", [row.id for row in rows]),
        Column("state", [_state(row) for row in rows]),
        Column("epoch", [progress(row) for row in rows], "right"),
        Column("", [bar(row) for row in rows], optional=True),
        Column(plain(view.metric.name), [last_value(row, form) for row in rows], "right"),
        Column("best", [form.text(row.best) for row in rows], "right"),
        Column("time", [time_of(row) for row in rows], "right"),
        *_parameters(rows),
        Column("why", [row.reason or "" for row in rows], optional=True, text=True),
    ]


def _state(row: TrialView) -> str:
    return f"{row.state}: {row.failure}" if row.state == "failed" and row.failure else row.state


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

"""`tui-tuner ls`."""

from __future__ import annotations

from pathlib import Path

from engine.core.views import SweepView
from engine.errors import StoreError
from engine.lifecycle import list_sweeps
from engine.server.stored import StoredSource
from tui_tuner.view.numbers import duration

from .arguments import Json
from .boundary import said
from .columns import Column, print_table
from .documents import print_json
from .wording import number


def command(json: Json = False) -> None:
    """List the sweeps of this user and of the current directory.

    Example: tui-tuner ls
    """
    views = [view for sweep in list_sweeps() if (view := _look(sweep.directory)) is not None]
    views.sort(key=lambda view: view.started_at or 0.0)
    if json:
        print_json(views)
    elif views:
        print_table(_columns(views))
    else:
        said("there is no sweep yet; `tui-tuner run CONFIG` starts one")


def _look(directory: Path) -> SweepView | None:
    try:
        source = StoredSource(directory)
    except StoreError as error:
        said(str(error))
        return None
    try:
        return source.status()
    finally:
        source.close()


def _columns(views: list[SweepView]) -> list[Column]:
    best = [number(v.best.value) if v.best else "" for v in views]
    done = [sum(v.trials.get(s, 0) for s in ("complete", "pruned", "failed")) for v in views]
    return [
        Column("sweep", [Path(v.dir).name for v in views]),
        Column("state", [v.state for v in views]),
        Column("done", [str(n) for n in done], "right"),
        Column("running", [str(v.trials.get("running", 0)) for v in views], "right"),
        Column("best", best, "right"),
        Column("metric", [v.metric.name for v in views], optional=True),
        Column("time", [duration(v.elapsed_s) for v in views], "right", optional=True),
        Column("folder", [str(Path(v.dir).parent) for v in views], optional=True, text=True),
    ]

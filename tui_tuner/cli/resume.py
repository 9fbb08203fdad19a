"""`tui-tuner resume`."""

from __future__ import annotations

from pathlib import Path

from engine.core.acts import Resume
from engine.core.views import SweepView
from engine.errors import EngineRunningError
from engine.lifecycle import engine_pid, find_sweep, linger_s, start_engine
from engine.protocol.messages import ActResult, GetStatus
from tui_tuner.view.line import plain

from .arguments import DryRun, Json, Sweep, Why
from .documents import print_json
from .reach import ask
from .steering import Asked, steer
from .wording import span

_FOR = "for promote, revive, retry, add, clone, stage and notes"


def command(
    sweep: Sweep = None, why: Why = None, dry_run: DryRun = False, json: Json = False
) -> None:
    """Go on with a sweep that was stopped or lost its engine.

    A finished sweep gets its engine back for a while, to be promoted in or added to.

    Example: tui-tuner resume digits
    """
    directory = find_sweep(sweep)
    started = None if engine_pid(directory) is not None else _start(directory, dry_run)
    (view,) = ask(directory, GetStatus(id=0))
    if view.state in ("stopped", "stopping") and not (dry_run and started):
        steer(directory, Resume(), Asked(why, dry_run, json))
    elif view.state == "finished":
        _tell(_idle(view, dry_run and started is not None), dry_run, json)
    elif started is not None:
        _tell(started, dry_run, json)
    else:
        steer(directory, Resume(), Asked(why, dry_run, json))


def _start(directory: Path, dry_run: bool) -> str | None:
    """Start the engine; say so."""
    if dry_run:
        return "start the engine"
    try:
        pid = start_engine(directory)
    except EngineRunningError:
        return None
    return f"started the engine, process {pid}"


def _idle(view: SweepView, would: bool) -> str:
    """What a finished sweep's engine is there for, and how long."""
    ended = f"finished: {plain(view.sentence)}; nothing to start"
    if would:
        return f"start the engine of a finished sweep {_FOR}"
    return f"{ended}; the engine is up for {span(linger_s())} {_FOR}"


def _tell(sentence: str, dry_run: bool, json: bool) -> None:
    if json:
        print_json(ActResult(done=[], skipped=[], sentence=sentence))
    else:
        print(f"{'would ' if dry_run else ''}{sentence}")

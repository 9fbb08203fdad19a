"""`tui-tuner resume`."""

from __future__ import annotations

from pathlib import Path

from engine.client import Connection
from engine.core.acts import Resume
from engine.errors import ActError, EngineRunningError
from engine.lifecycle import engine_pid, find_sweep, start_engine
from engine.protocol.messages import ActResult, GetStatus
from tui_tuner.view.line import plain

from .arguments import DryRun, Json, Sweep, Why
from .deeds import Deed, do
from .documents import print_json
from .reach import ask, with_sweep


def command(
    sweep: Sweep = None, why: Why = None, dry_run: DryRun = False, json: Json = False
) -> None:
    """Go on with a sweep that was stopped or lost its engine.

    Example: tui-tuner resume digits
    """
    directory = find_sweep(sweep)
    started = _start(directory, dry_run)

    async def resume(connection: Connection) -> ActResult:
        view = await connection.request(GetStatus(id=0))
        if started and view.state not in ("stopped", "stopping"):
            return ActResult(done=[], skipped=[], sentence=started)
        return await do(connection, Deed(act=Resume(), why=why, dry_run=dry_run))

    if dry_run and started:
        result = ActResult(done=[], skipped=[], sentence=started)
    else:
        result = with_sweep(directory, resume, read_only=False)
    if json:
        print_json(result)
    else:
        print(f"{'would ' if dry_run else 'done: '}{plain(result.sentence)}")


def _start(directory: Path, dry_run: bool) -> str | None:
    """Start the engine where there is none; say so."""
    if engine_pid(directory) is not None:
        return None
    (view,) = ask(directory, GetStatus(id=0))
    if view.state == "finished":
        raise ActError(f"the sweep has finished: {plain(view.sentence)}")
    if dry_run:
        return "start the engine"
    try:
        pid = start_engine(directory)
    except EngineRunningError:
        return None
    return f"started the engine, process {pid}"

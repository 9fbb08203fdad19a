"""`tui-tuner stop`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.client import Connection
from engine.core.acts import Stop
from engine.lifecycle import find_sweep
from engine.protocol.messages import ActResult
from tui_tuner.view.line import plain

from .arguments import DryRun, Json, Sweep, Why
from .deeds import Deed, do, until_idle
from .documents import print_json
from .reach import with_sweep

NowOption = Annotated[
    bool,
    typer.Option(
        "--now",
        help="Stop running trials too, and wait until they are gone; they go on at `resume`.",
    ),
]


def command(
    sweep: Sweep = None,
    now: NowOption = False,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Start no more trials; those that run may finish.

    Example: tui-tuner stop digits --now
    """
    directory = find_sweep(sweep)
    deed = Deed(act=Stop(now=now), why=why, dry_run=dry_run)

    async def stop(connection: Connection) -> ActResult:
        result = await do(connection, deed)
        if now and not dry_run:
            await until_idle(connection, directory)
        return result

    result = with_sweep(directory, stop, read_only=False)
    if json:
        print_json(result)
    else:
        print(f"{'would ' if dry_run else 'done: '}{plain(result.sentence)}")

"""`tui-tuner stop`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.core.acts import Stop
from engine.lifecycle import find_sweep

from .arguments import DryRun, Json, Sweep, Why
from .steering import Asked, steer

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
    steer(find_sweep(sweep), Stop(now=now), Asked(why, dry_run, json))

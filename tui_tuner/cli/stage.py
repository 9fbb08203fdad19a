"""`tui-tuner stage`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.core.acts import Act, AdvanceStage, ExtendStage, RepeatStage
from engine.errors import UsageError
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetStatus
from tui_tuner.view.line import plain

from .arguments import DryRun, Json, Sweep, Why
from .documents import print_json
from .funnel import funnel_lines
from .reach import ask
from .steering import Asked, steer

AdvanceOption = Annotated[bool, typer.Option("--advance", help="Go on to the next stage now.")]
ExtendOption = Annotated[
    int | None,
    typer.Option("--extend", metavar="N", help="N more new trials in this stage; -N: fewer."),
]
RepeatOption = Annotated[bool, typer.Option("--repeat", help="Run this stage once more.")]


def command(
    sweep: Sweep = None,
    advance: AdvanceOption = False,
    extend: ExtendOption = None,
    repeat: RepeatOption = False,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Show the stages, coarse to fine; or advance, extend, repeat one.

    Example: tui-tuner stage digits --extend 10
    """
    directory = find_sweep(sweep)
    act = _act(advance, extend, repeat)
    if act is not None:
        steer(directory, act, Asked(why, dry_run, json))
        return
    (view,) = ask(directory, GetStatus(id=0))
    if json:
        print_json({"stage": view.stage, "stages": view.stages, "winner": view.winner})
        return
    for line in funnel_lines(view):
        print(line)
    if view.winner:
        print(plain(view.winner))


def _act(advance: bool, extend: int | None, repeat: bool) -> Act | None:
    acts: list[Act] = []
    if advance:
        acts.append(AdvanceStage())
    if extend is not None:
        acts.append(ExtendStage(trials=extend))
    if repeat:
        acts.append(RepeatStage())
    if len(acts) > 1:
        raise UsageError("--advance, --extend and --repeat exclude each other")
    return acts[0] if acts else None

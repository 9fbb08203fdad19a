"""`tui-tuner run`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.errors import UsageError
from engine.lifecycle import create_sweep, start_engine

from .arguments import Json
from .attach import AsciiOption
from .boundary import said
from .documents import print_json
from .headless import run_headless
from .screen import has_terminal, show_screen
from .validate import ConfigArgument, SetOption

DirOption = Annotated[
    Path | None,
    typer.Option("--dir", metavar="D", help="The sweep's own directory; else under sweeps/."),
]
SlotsOption = Annotated[
    int | None, typer.Option("--slots", metavar="N", min=1, help="Trials at a time.")
]
HeadlessOption = Annotated[
    bool, typer.Option("--headless", help="Print progress until the sweep ends; Ctrl-C stops it.")
]
DetachOption = Annotated[
    bool, typer.Option("--detach", help="Print the sweep's directory and return.")
]
DoneOption = Annotated[
    bool, typer.Option("--exit-when-done", "--demo", help="Leave once the sweep has ended.")
]


def command(
    config: ConfigArgument,
    directory: DirOption = None,
    set_: SetOption = None,
    slots: SlotsOption = None,
    headless: HeadlessOption = False,
    detach: DetachOption = False,
    exit_when_done: DoneOption = False,
    ascii_only: AsciiOption = False,
    json: Json = False,
) -> None:
    """Start a sweep and watch it; it goes on when you leave.

    Example: tui-tuner run sweep.yaml --set limits.trials=20
    """
    if headless and detach:
        raise UsageError("--headless and --detach exclude each other")
    made = _create(config, set_ or [], directory, slots)
    start_engine(made)
    if detach:
        print_json({"dir": str(made)}) if json else print(made)
        return
    if headless or json or not has_terminal():
        if not headless and not json:
            said("no terminal: going on headless")
        raise SystemExit(run_headless(made, as_json=json))
    closing = show_screen(made, ascii_only=ascii_only, exit_when_done=exit_when_done)
    if closing:
        said(closing)


def _create(config: Path, overrides: list[str], directory: Path | None, slots: int | None) -> Path:
    from engine.config.load import load_config

    loaded = load_config(config, overrides)
    for warning in loaded.warnings:
        said(warning)
    return create_sweep(config, overrides, directory=directory, slots=slots, loaded=loaded)

"""`tui-tuner run`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from engine.errors import UsageError
from engine.lifecycle import create_sweep, start_engine
from tui_tuner.options import FRAMES_PER_SECOND, AppOptions

from .appearance import Ascii, Fps, NoMouse, Theme
from .arguments import Json
from .boundary import said
from .documents import print_json
from .headless import part, run_headless
from .interrupts import Interrupts
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
    ascii_only: Ascii = False,
    fps: Fps = FRAMES_PER_SECOND,
    no_mouse: NoMouse = False,
    theme: Theme = "",
    json: Json = False,
) -> None:
    """Start a sweep and watch it; it goes on when you leave.

    Example: tui-tuner run sweep.yaml --set limits.trials=20
    """
    if headless and detach:
        raise UsageError("--headless and --detach exclude each other")
    order = _Order(config, tuple(set_ or ()), directory, slots)
    if not detach and (headless or json or not has_terminal()):
        if not headless and not json:
            said("no terminal: going on headless")
        with Interrupts() as interrupts:
            raise SystemExit(run_headless(_start(order), interrupts, as_json=json))
    made = _start(order)
    if detach:
        print_json({"dir": str(made)}) if json else print(made)
        return
    options = AppOptions(
        ascii=ascii_only, fps=fps, mouse=not no_mouse, theme=theme, exit_when_done=exit_when_done
    )
    closing = show_screen(made, options)
    if exit_when_done:
        part(made)
    elif closing:
        said(closing)


class _Order(NamedTuple):
    config: Path
    overrides: tuple[str, ...]
    directory: Path | None
    slots: int | None


def _start(order: _Order) -> Path:
    """Make the sweep and start its engine; give its directory."""
    from engine.config.load import load_config

    loaded = load_config(order.config, order.overrides)
    for warning in loaded.warnings:
        said(warning)
    made = create_sweep(
        order.config,
        order.overrides,
        directory=order.directory,
        slots=order.slots,
        loaded=loaded,
    )
    start_engine(made)
    return made

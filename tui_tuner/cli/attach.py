"""`tui-tuner attach`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.errors import UsageError
from engine.lifecycle import find_sweep
from tui_tuner.options import FRAMES_PER_SECOND, AppOptions

from .appearance import Ascii, Fps, NoMouse, Theme
from .arguments import Sweep
from .bare import show_sweeps
from .boundary import said
from .screen import demand_terminal, has_terminal, show_screen

ReadOnlyOption = Annotated[bool, typer.Option("--read-only", help="Look, and steer nothing.")]


def command(
    sweep: Sweep = None,
    read_only: ReadOnlyOption = False,
    ascii_only: Ascii = False,
    fps: Fps = FRAMES_PER_SECOND,
    no_mouse: NoMouse = False,
    theme: Theme = "",
) -> None:
    """Watch and steer a sweep; q leaves it going. Where several could be meant, a list asks which.

    Example: tui-tuner attach digits
    """
    options = AppOptions(
        ascii=ascii_only, fps=fps, mouse=not no_mouse, theme=theme, read_only=read_only
    )
    try:
        directory = find_sweep(sweep)
    except UsageError:
        if sweep is not None or not has_terminal():
            raise
        show_sweeps(options)
        return
    demand_terminal()
    closing = show_screen(directory, options)
    if closing:
        said(closing)

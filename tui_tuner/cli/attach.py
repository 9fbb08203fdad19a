"""`tui-tuner attach`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.lifecycle import find_sweep

from .arguments import Sweep
from .boundary import said
from .screen import demand_terminal, show_screen

ReadOnlyOption = Annotated[bool, typer.Option("--read-only", help="Look, and steer nothing.")]
AsciiOption = Annotated[bool, typer.Option("--ascii", help="Draw with plain characters.")]


def command(
    sweep: Sweep = None, read_only: ReadOnlyOption = False, ascii_only: AsciiOption = False
) -> None:
    """Watch and steer a sweep; q leaves it going.

    Example: tui-tuner attach digits
    """
    directory = find_sweep(sweep)
    demand_terminal()
    closing = show_screen(directory, read_only=read_only, ascii_only=ascii_only)
    if closing:
        said(closing)

"""Puts a sweep on the terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.errors import UsageError
from tui_tuner.options import AppOptions
from tui_tuner.terminal.abilities import cannot_draw
from tui_tuner.terminal.preparing import prepare

from .box import LocalBox
from .reach import who


def has_terminal() -> bool:
    """Whether there is a person at a terminal that can be drawn on."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not cannot_draw(os.environ)


def demand_terminal() -> None:
    """Raise UsageError where there is no terminal to draw on."""
    if not has_terminal():
        why = (sys.stdout.isatty() and cannot_draw(os.environ)) or "there is no terminal to draw on"
        raise UsageError(f"{why}; `tui-tuner status` needs none")


def show_screen(directory: Path, options: AppOptions) -> str | None:
    """Show a sweep until the person leaves; give a line to say afterwards."""
    prepare(os.environ)
    from tui_tuner.app import TunerApp

    box = LocalBox(read_only=options.read_only)
    sweep = box.open(directory)
    app = TunerApp(
        sweep.connect,
        title=sweep.title,
        options=options,
        start_engine=sweep.start_engine,
        who=who(),
        box=box,
    )
    return app.run(mouse=options.mouse)

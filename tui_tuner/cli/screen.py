"""Puts a sweep on the terminal."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from engine.client import Connection
from engine.errors import EngineRunningError, UsageError
from engine.lifecycle import open_sweep, spelling, start_engine
from tui_tuner.options import AppOptions
from tui_tuner.terminal.abilities import cannot_draw
from tui_tuner.terminal.depth import fix_depth

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
    fix_depth(os.environ)
    from tui_tuner.app import run_app

    name = who()

    async def connect() -> Connection:
        return await open_sweep(directory, name, read_only=options.read_only)

    async def restart() -> None:
        try:
            await asyncio.to_thread(start_engine, directory)
        except EngineRunningError:
            return

    return run_app(
        connect,
        title=spelling(directory),
        options=options,
        start_engine=None if options.read_only else restart,
        who=name,
    )

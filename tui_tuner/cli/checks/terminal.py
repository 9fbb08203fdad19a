"""The terminal: whether and how well the app can draw on it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping

from tui_tuner.terminal.abilities import cannot_draw
from tui_tuner.terminal.depth import depth

from .check import Check, ok, warn

NARROW, LOW = 80, 24
_COLOURS = {"truecolor": "true colour", "256": "256 colours", "standard": "16 colours"}


def terminal(environ: Mapping[str, str]) -> Iterator[Check]:
    """What is known of it without asking it."""
    yield _screen(environ)
    if (inside := _multiplexer(environ)) is not None:
        yield inside


def _screen(environ: Mapping[str, str]) -> Check:
    if why := cannot_draw(environ):
        return warn("terminal", why, "`tui-tuner status` and the other verbs need none")
    if not sys.stdout.isatty():
        return ok("terminal", f"{environ['TERM']}; nobody is at it now")
    columns, lines = shutil.get_terminal_size()
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    text = (
        f"{environ['TERM']}, {columns}x{lines}, {_COLOURS[depth(environ)]}, "
        f"{'Unicode' if unicode else 'no Unicode'}; whether it copies (OSC 52) cannot be told"
    )
    if not unicode:
        return warn("terminal", text, "export LANG=C.UTF-8, or attach --ascii")
    if columns < NARROW or lines < LOW:
        return warn("terminal", text, f"the screens want {NARROW}x{LOW}")
    return ok("terminal", text)


def _multiplexer(environ: Mapping[str, str]) -> Check | None:
    if "TMUX" in environ:
        return ok("inside", "tmux: `set -g set-clipboard on` lets y copy to your own machine")
    if "STY" in environ:
        return warn("inside", "screen, which shows 16 or 256 colours", "tmux shows all")
    return None


def here() -> Iterator[Check]:
    """The terminal of this process."""
    return terminal(os.environ)

"""`tui-tuner` alone, at a terminal: the sweeps of this box, or how to begin one."""

from __future__ import annotations

import os

from tui_tuner.options import AppOptions
from tui_tuner.terminal.preparing import prepare

from .boundary import said
from .box import LocalBox
from .reach import who


def show_sweeps(options: AppOptions = AppOptions()) -> None:  # noqa: B008
    """Show the sweeps until the person leaves."""
    prepare(os.environ)
    from tui_tuner.app import TunerApp

    app = TunerApp(None, options=options, who=who(), box=LocalBox(read_only=options.read_only))
    if closing := app.run(mouse=app.options.mouse):
        said(closing)

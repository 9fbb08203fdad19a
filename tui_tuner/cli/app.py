"""The typer app, built of the verbs at hand."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import typer

from .boundary import guarded

EPILOG = "Exit status: 0 done, 1 the act failed, 2 wrong usage or config, 3 no such sweep or trial."


def typer_app(verbs: Iterable[str]) -> typer.Typer:
    """Build the app with these verbs only."""
    app = typer.Typer(
        name="tui-tuner",
        help="Tune deep networks from the terminal: start sweeps, watch them, steer them.",
        epilog=EPILOG,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_nothing)
    for verb in verbs:
        module = import_module(f"{__package__}.{verb}")
        app.command(verb)(guarded(module.command))
    return app


def _nothing() -> None:
    """Tune deep networks from the terminal: start sweeps, watch them, steer them."""

"""The typer app, built of the verbs at hand."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from .boundary import guarded
from .verbs import GROUPS, module_of

EPILOG = "Exit status: 0 done, 1 the act failed, 2 wrong usage or config, 3 no such sweep or trial."


def typer_app(verbs: Iterable[str]) -> typer.Typer:
    """Build the app with these verbs only."""
    app = typer.Typer(
        name="tui-tuner",
        cls=GroupedHelp,
        help="Tune deep networks from the terminal: start sweeps, watch them, steer them.",
        epilog=EPILOG,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_nothing)
    for verb in verbs:
        module = import_module(f"{__package__}.{module_of(verb)}")
        settings = getattr(module, "CONTEXT", None)
        app.command(verb, context_settings=settings)(guarded(module.command))
    return app


class GroupedHelp(TyperGroup):
    """Lists the verbs by what they are about."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a section a group."""
        width = formatter.width - 6 - max(map(len, self.commands), default=0)
        for title, verbs in GROUPS.items():
            rows = [
                (verb, self.commands[verb].get_short_help_str(width))
                for verb in verbs
                if verb in self.commands
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def _nothing() -> None:
    """Tune deep networks from the terminal: start sweeps, watch them, steer them."""

"""`tui-tuner export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from engine.errors import UsageError
from engine.lifecycle import find_sweep

from .arguments import Sweep
from .boundary import said
from .reach import look
from .whole_file import write_out

FormatOption = Annotated[
    Literal["csv", "json"], typer.Option("--format", help="csv for tables, json for everything.")
]
OutOption = Annotated[
    Path, typer.Option("--out", metavar="PATH", help="Where to; - is the standard output.")
]
CurvesOption = Annotated[
    bool, typer.Option("--curves", help="csv: a row per trial and step, not per trial.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite PATH.")]


def command(
    sweep: Sweep = None,
    format_: FormatOption = "csv",
    out: OutOption = Path("-"),
    curves: CurvesOption = False,
    force: ForceOption = False,
) -> None:
    """Write trials to a file.

    Example: tui-tuner export digits --format csv --out digits.csv
    """
    from . import exporting

    if curves and format_ != "csv":
        raise UsageError("--curves is for --format csv; json holds the curves anyway")
    writer = exporting.curves_csv if curves else exporting.WRITERS[format_]
    exported = look(find_sweep(sweep), writer)
    write_out(exported.text, out, force=force)
    if str(out) != "-":
        said(f"{exported.trials} trials written to {out}")

"""`tui-tuner export`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from engine.client import Connection
from engine.errors import UsageError
from engine.lifecycle import find_sweep

from .arguments import Sweep
from .boundary import said
from .reach import look
from .whole_file import check_out, write_out

if TYPE_CHECKING:
    from .exporting import Exported

Format = Literal["csv", "json", "parquet", "optuna"]
FormatOption = Annotated[
    Format,
    typer.Option(
        "--format",
        help="csv and parquet for tables, json for everything, optuna for a study in a database "
        "(a journal where PATH ends in .log or .journal).",
    ),
]
OutOption = Annotated[
    Path, typer.Option("--out", metavar="PATH", help="Where to; - is the standard output.")
]
CurvesOption = Annotated[
    bool, typer.Option("--curves", help="csv, parquet: a row per trial and step, not per trial.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite PATH.")]

_TABLES = ("csv", "parquet")
_BINARY = ("parquet", "optuna")


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
    if curves and format_ not in _TABLES:
        raise UsageError(
            f"--curves is for --format csv and parquet; {format_} holds the curves anyway"
        )
    if format_ in _BINARY and str(out) == "-":
        raise UsageError(f"--format {format_} is no text: name a file with --out PATH")
    check_out(out, force=force)
    directory = find_sweep(sweep)
    exported = look(directory, _writer(format_, curves, directory, out))
    write_out(exported.content, out, force=force)
    if str(out) != "-":
        said(f"{exported.trials} trials written to {out}")


def _writer(
    format_: Format, curves: bool, directory: Path, out: Path
) -> Callable[[Connection], Awaitable[Exported]]:
    """What makes the content of the file."""
    if format_ == "parquet":
        from . import exporting_parquet

        if curves:
            return partial(exporting_parquet.curves_parquet, directory=directory)
        return exporting_parquet.trials_parquet
    if format_ == "optuna":
        from .studies import optuna_study

        return partial(optuna_study, directory=directory, out=out)
    if format_ == "json":
        from .exporting_json import everything_json

        return partial(everything_json, directory=directory)
    from .exporting_csv import curves_csv, trials_csv

    return partial(curves_csv, directory=directory) if curves else trials_csv

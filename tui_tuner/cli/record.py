"""`tui-tuner record`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import ActError, UsageError
from engine.lifecycle import find_sweep
from engine.text import clean

from .arguments import Json, Sweep
from .boundary import said
from .documents import print_json
from .export import ForceOption
from .ticker import Ticker
from .whole_file import write_out

if TYPE_CHECKING:
    from engine.curves.table import CurveTable

OutOption = Annotated[
    Path,
    typer.Option("--out", metavar="T.csv.gz", help="Where to; - is the standard output, as CSV."),
]
DigitsOption = Annotated[
    int, typer.Option("--digits", metavar="N", min=1, max=17, help="Of each metric, that count.")
]


def command(
    sweep: Sweep = None,
    out: OutOption = Path("-"),
    digits: DigitsOption = 6,
    force: ForceOption = False,
    json: Json = False,
) -> None:
    """Write a sweep's curves down as a table, for `simulate`.

    Example: tui-tuner record digits --out digits.csv.gz
    """
    from engine.curves.writing import encode_table

    _check_ending(out)
    directory = find_sweep(sweep)
    table = _read(directory)
    if not table.curves:
        raise ActError("no trial of this sweep has reported anything yet")
    compressed = out.suffix == ".gz"
    content = encode_table(table, digits=digits, compressed=compressed)
    write_out(content, out, force=force)
    if json and str(out) != "-":
        print_json(_document(table, out, len(content)))
    elif str(out) != "-":
        said(
            f"{len(table.curves)} configurations, {table.rows} rows written to {out} "
            f"({_size(len(content))})"
        )


def _check_ending(out: Path) -> None:
    if out.suffix not in ("", ".csv", ".gz"):
        instead = out.with_suffix(".csv.gz")
        told = f"--out {out}: a curve table is CSV; write --out {instead}"
        raise UsageError(clean(told))


def _read(directory: Path) -> CurveTable:
    from engine.curves.recording import record_sweep
    from engine.store.reader import open_reader

    reader = open_reader(directory / "sweep.db")
    try:
        with Ticker(sys.stderr) as ticker:
            return record_sweep(
                reader, lambda done, of: ticker.tell(lambda: f"{done} of {of} trials read")
            )
    finally:
        reader.close()


def _document(table: CurveTable, out: Path, size: int) -> dict[str, object]:
    return {
        "path": str(out),
        "configurations": len(table.curves),
        "rows": table.rows,
        "parameters": table.parameters,
        "metrics": table.metrics,
        "bytes": size,
    }


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"

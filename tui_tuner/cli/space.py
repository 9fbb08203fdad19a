"""`tui-tuner space`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from engine.core.acts import EditSpace
from engine.core.edits import UseVersion
from engine.errors import UsageError
from engine.lifecycle import find_sweep
from engine.protocol.messages import GetSpace, GetVersions, VersionView
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import short

from .arguments import DryRun, Json, PruneOutside, Sweep, Why
from .columns import Column, print_table
from .documents import print_json
from .reach import ask
from .steering import Asked, steer
from .wording import clock_time

UseOption = Annotated[
    int | None,
    typer.Option("--use", metavar="VERSION", min=1, help="Make that version current again."),
]
VersionsOption = Annotated[bool, typer.Option("--versions", help="List the versions instead.")]
VersionOption = Annotated[
    int | None, typer.Option("--version", metavar="N", min=1, help="Show that version.")
]


def command(
    sweep: Sweep = None,
    use: UseOption = None,
    versions: VersionsOption = False,
    version: VersionOption = None,
    prune_outside: PruneOutside = False,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Show what is searched, and where; or go back to a version.

    Example: tui-tuner space digits --versions
    """
    if sum((use is not None, versions, version is not None)) > 1:
        raise UsageError("--use, --version and --versions exclude each other")
    directory = find_sweep(sweep)
    if use is not None:
        edits = (UseVersion(version=use),)
        act = EditSpace(edits=edits, outside="prune" if prune_outside else "keep")
        steer(directory, act, Asked(why, dry_run, json))
        return
    question = GetVersions(id=0) if versions else GetSpace(id=0, version=version)
    (answer,) = ask(directory, question)
    if json:
        print_json(answer)
    else:
        print_table(version_columns(answer) if versions else space_columns(answer))


def version_columns(versions: list[VersionView]) -> list[Column]:
    """The versions, oldest first; the last one is searched."""
    last = versions[-1].version
    return [
        Column("version", [f"v{v.version}" for v in versions]),
        Column("when", [clock_time(v.at) if v.at else "" for v in versions]),
        Column("who", [v.who for v in versions]),
        Column("what", [v.sentence for v in versions], text=True),
        Column("", ["searched now" if v.version == last else "" for v in versions]),
    ]


def space_columns(parameters: list[dict[str, Any]]) -> list[Column]:
    """A row a parameter; what differs from the beginning says how it was."""
    return [
        Column("parameter", [p["name"] for p in parameters]),
        Column("kind", [p.get("kind") or "" for p in parameters]),
        Column("range", [range_text(p) for p in parameters], text=True),
        Column("at first", [_before(p) for p in parameters], text=True),
        Column("drawn", [_drawn(p) for p in parameters], optional=True),
        Column("role", [p.get("role") or "" for p in parameters], optional=True),
        Column("when", [_when(p) for p in parameters], optional=True, text=True),
    ]


def range_text(parameter: dict[str, Any]) -> str:
    """Where a parameter is searched."""
    if parameter.get("values") is not None:
        return ", ".join(short(value, 4) for value in parameter["values"])
    if parameter.get("min") is None:
        return short(parameter.get("value"), 6)
    return f"{short(parameter['min'], 4)} to {short(parameter['max'], 4)}"


def _before(parameter: dict[str, Any]) -> str:
    original = parameter.get("original") or {}
    if not original:
        return ""
    rescaled = original.get("scale") != parameter.get("scale")
    text = range_text(original)
    if text == range_text(parameter) and not rescaled:
        return ""
    return f"{text} ({original['scale']})" if rescaled and original.get("scale") else text


def _drawn(parameter: dict[str, Any]) -> str:
    step = f", steps of {short(parameter['q'], 4)}" if parameter.get("q") is not None else ""
    return f"{parameter.get('distribution') or ''}{step}"


def _when(parameter: dict[str, Any]) -> str:
    conditions = parameter.get("when") or {}
    return " and ".join(
        f"{plain(name)} is {' or '.join(short(value, 4) for value in values)}"
        for name, values in conditions.items()
    )

"""`tui-tuner space`."""

from __future__ import annotations

from typing import Any

from engine.lifecycle import find_sweep
from engine.protocol.messages import GetSpace
from tui_tuner.view.line import plain
from tui_tuner.view.numbers import short

from .arguments import Json, Sweep
from .columns import Column, print_table
from .documents import print_json
from .reach import ask


def command(sweep: Sweep = None, json: Json = False) -> None:
    """Show what is searched, and where.

    Example: tui-tuner space digits
    """
    (parameters,) = ask(find_sweep(sweep), GetSpace(id=0))
    if json:
        print_json(parameters)
        return
    print_table(
        [
            Column("parameter", [p["name"] for p in parameters]),
            Column("kind", [p.get("kind") or "" for p in parameters]),
            Column("range", [_range(p) for p in parameters], text=True),
            Column("drawn", [_drawn(p) for p in parameters], optional=True),
            Column("role", [p.get("role") or "" for p in parameters], optional=True),
            Column("when", [_when(p) for p in parameters], optional=True, text=True),
        ]
    )


def _range(parameter: dict[str, Any]) -> str:
    if parameter.get("values") is not None:
        return ", ".join(short(value, 4) for value in parameter["values"])
    if parameter.get("min") is None:
        return short(parameter.get("value"), 6)
    return f"{short(parameter['min'], 4)} to {short(parameter['max'], 4)}"


def _drawn(parameter: dict[str, Any]) -> str:
    step = f", steps of {short(parameter['q'], 4)}" if parameter.get("q") is not None else ""
    return f"{parameter.get('distribution') or ''}{step}"


def _when(parameter: dict[str, Any]) -> str:
    conditions = parameter.get("when") or {}
    return " and ".join(
        f"{plain(name)} is {' or '.join(short(value, 4) for value in values)}"
        for name, values in conditions.items()
    )

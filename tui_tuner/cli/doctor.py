"""`tui-tuner doctor`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from engine.devices.gpu_watch import library_there
from tui_tuner.view.line import plain

from .arguments import Json
from .boundary import FAILED
from .checks.check import Check, guarded
from .checks.gpus import gpus, has_card, see
from .checks.host import host
from .checks.places import places
from .checks.script import script
from .checks.terminal import here
from .columns import coloured
from .documents import print_json

ScriptPython = Annotated[
    str | None,
    typer.Option(
        "--script-python", metavar="PATH", help="The Python that runs the training script."
    ),
]


def command(script_python: ScriptPython = None, json: Json = False) -> None:
    """Look at this box: GPUs, Python and torch, disk, terminal; say what is wrong with it.

    Exit status 1 where something is broken.

    Example: tui-tuner doctor --script-python ~/envs/train/bin/python
    """
    checks = look(script_python)
    broken = any(check.level == "fault" for check in checks)
    if json:
        print_json({"ok": not broken, "checks": checks})
    else:
        for line in lines_of(checks):
            print(line)
    if broken:
        raise SystemExit(FAILED)


def look(script_python: str | None) -> list[Check]:
    """Look at everything; nothing that hangs keeps it for long."""
    seen: list[int] = []

    def look_at_gpus() -> list[Check]:
        found = see()
        seen.append(len(found.gpus) if found is not None else 0)
        return list(gpus(found, library=library_there(), card=has_card()))

    return [
        *guarded("host", host),
        *guarded("driver", look_at_gpus),
        *guarded("script", lambda: script(script_python, sum(seen), os.environ)),
        *guarded("places", places),
        *guarded("terminal", here),
    ]


def lines_of(checks: Sequence[Check]) -> list[str]:
    """A line a check: how it is, what it is, and what to do about it."""
    width = max((len(check.name) for check in checks), default=0)
    return [
        f"{coloured(check.level)}{' ' * (5 - len(check.level))}  {check.name:<{width}}  "
        + plain(check.text + (f"; {check.advice}" if check.advice else ""))
        for check in checks
    ]

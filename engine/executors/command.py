"""Which commands a zygote can run: a Python interpreter with a script or a module."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from engine.core.model import trial_name
from engine.errors import LaunchError

from .base import AttemptSpec

_PYTHON = re.compile(r"python(\d+(\.\d+)*)?$")


class PythonCommand(Struct, frozen=True, kw_only=True):
    """A script or a module with `sys.argv` as the interpreter would set it."""

    interpreter: str
    argv: tuple[str, ...]
    script: str | None = None
    module: str | None = None


class OtherCommand(Struct, frozen=True, kw_only=True):
    """A command that only a fresh process can run; `reason` says why."""

    reason: str


def recognise(argv: tuple[str, ...]) -> PythonCommand | OtherCommand:
    """Tell whether a zygote can run the command."""
    if not _PYTHON.match(Path(argv[0]).name):
        return OtherCommand(reason=f"{Path(argv[0]).name} is no Python interpreter")
    rest = argv[1:]
    while rest[:1] == ("-u",):
        rest = rest[1:]
    if len(rest) >= 2 and rest[0] == "-m":
        return PythonCommand(interpreter=argv[0], module=rest[1], argv=("-m", *rest[2:]))
    if not rest or rest[0].startswith("-"):
        option = rest[0] if rest else "no script"
        return OtherCommand(reason=f"python is called with {option}")
    if not rest[0].endswith(".py"):
        return OtherCommand(reason=f"{rest[0]} is no .py file")
    return PythonCommand(interpreter=argv[0], script=rest[0], argv=rest)


def find_program(spec: AttemptSpec, env: Mapping[str, str]) -> str:
    """Find the file that the command runs, as a path that holds in any folder.

    Raises LaunchError, with what to do, where the command cannot be started at all.
    """
    name = trial_name(spec.trial)
    if not spec.cwd.is_dir():
        raise LaunchError(f"{name} cannot start: its folder {spec.cwd} does not exist")
    program = os.path.join(spec.cwd, spec.argv[0]) if "/" in spec.argv[0] else spec.argv[0]
    found = shutil.which(program, path=env.get("PATH"))
    if found:
        return os.path.abspath(found)
    if "/" not in program:
        raise LaunchError(f"{name} cannot start: there is no program {program!r} on the PATH")
    if not os.path.exists(program):
        raise LaunchError(f"{name} cannot start: {program} does not exist")
    raise LaunchError(f"{name} cannot start: {program} is not executable (chmod +x makes it so)")

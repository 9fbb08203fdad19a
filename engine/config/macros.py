"""Fills in the macros of a command: W&B's, with their exact meaning, and our own."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.config.interpreter import command_words, is_script, resolve_program, without_env
from engine.config.macro_names import MACRO, PARAMETER, SEVERAL, VARIABLE
from engine.config.passing import passed_params
from engine.config.schema import Config
from engine.core.model import Params, Value

_ARGS_FILE = "args.json"


def render(
    config: Config,
    *,
    params: Params,
    seed: int,
    budget: int | None,
    trial_dir: Path,
    checkpoint: str | Path | None,
    interpreter: str,
    environ: Mapping[str, str] | None = None,
) -> tuple[list[str], dict[str, str]]:
    """Give one attempt's argument list, never a shell's, and its own environment variables.

    `argv[0]` is a path where it could be found. `environ` serves `${envvar:X}` and `PATH`; it is
    this process's where None. `${args_json_file}` writes a file into `trial_dir`.
    """
    around = os.environ if environ is None else environ
    passed = passed_params(config, params, budget)
    macros = _Macros(config, passed, around)
    macros.single = {
        "env": "/usr/bin/env",
        "interpreter": interpreter,
        "program": _program(config),
        "budget": "" if budget is None else str(budget),
        "seed": str(seed),
        "trial_dir": str(trial_dir),
        "checkpoint": "" if checkpoint is None else str(checkpoint),
    }
    macros.args_file = trial_dir / _ARGS_FILE
    argv = without_env([text for word in command_words(config) for text in macros.expand(word)])
    if argv:
        argv[0] = resolve_program(argv[0], config.folder, around)
    return argv, {name: macros.fill(value) for name, value in config.env.items()}


def rendered(value: Value) -> str:
    """Spell a value as an argument: as Python does, lists and mappings as JSON, text bare."""
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def flags(params: Params) -> list[str]:
    """`--lr=0.1` for each parameter."""
    return [f"--{name}={rendered(value)}" for name, value in params.items()]


def flags_no_hyphens(params: Params) -> list[str]:
    """`lr=0.1` for each parameter."""
    return [f"{name}={rendered(value)}" for name, value in params.items()]


def flags_no_boolean_values(params: Params) -> list[str]:
    """`--lr=0.1`, but `--nesterov` for true and nothing for false."""
    return [
        f"--{name}" if value is True else f"--{name}={rendered(value)}"
        for name, value in params.items()
        if value is not False
    ]


_FLAGS = dict(zip(SEVERAL, (flags, flags_no_hyphens, flags_no_boolean_values), strict=True))


class _Macros:
    """What each macro stands for in one attempt."""

    def __init__(self, config: Config, params: Params, environ: Mapping[str, str]) -> None:
        self.single: dict[str, str] = {}
        self.args_file = Path(_ARGS_FILE)
        self._params = params
        self._nested = config.nested
        self._environ = environ

    def expand(self, word: str) -> list[str]:
        """Give the arguments that one word of the command becomes."""
        for name, make in _FLAGS.items():
            if word == f"${{{name}}}":
                return make(self._params)
        return [self.fill(word)]

    def fill(self, text: str) -> str:
        """Fill in the macros within a text."""
        return MACRO.sub(lambda match: self._value(match.group(1), match.group(0)), text)

    def _value(self, name: str, spelled: str) -> str:
        if name.startswith(PARAMETER):
            parameter = name.removeprefix(PARAMETER)
            return rendered(self._params[parameter]) if parameter in self._params else ""
        if name.startswith(VARIABLE):
            variable = name.removeprefix(VARIABLE)
            return self._environ.get(variable, variable)
        if name == "args_json":
            return self._json()
        if name == "args_json_file":
            return self._write_args()
        return self.single.get(name, spelled)

    def _json(self) -> str:
        return json.dumps(_in_groups(self._params, self._nested))

    def _write_args(self) -> str:
        self.args_file.parent.mkdir(parents=True, exist_ok=True)
        partial = self.args_file.with_suffix(".tmp")
        partial.write_text(self._json(), encoding="utf-8")
        partial.replace(self.args_file)
        return str(self.args_file)


def _in_groups(params: Params, nested: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Put what the file nests back into its groups, as W&B does in JSON."""
    grouped: dict[str, Any] = {}
    for name, value in params.items():
        *above, key = nested.get(name, (name,))
        holder = grouped
        for group in above:
            holder = holder.setdefault(group, {})
        holder[key] = value
    return grouped


def _program(config: Config) -> str:
    """A script is named as written, as by hand; a program that runs by itself by its path."""
    program = config.program or ""
    if config.command is None and not is_script(program):
        return os.path.join(config.folder, program)
    return program

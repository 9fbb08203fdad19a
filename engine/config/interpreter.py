"""Which interpreter or program a trial runs under, found as a shell would find it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from engine.config.macro_names import macros_in
from engine.config.schema import Config

_ENV_WORDS = frozenset({"${env}", "/usr/bin/env", "env"})
_SCRIPT_COMMAND = ("${env}", "${interpreter}", "${program}", "${args}")
_PROGRAM_COMMAND = ("${program}", "${args}")
FUNCTION_MODULE = "tui_tuner.sdk.call"


def command_words(config: Config) -> tuple[str, ...]:
    """Give the command before its macros are filled in; W&B's default where there is none.

    A `program` that is no Python script runs directly; a `function` through the SDK.
    """
    if config.command is not None:
        return config.command
    if config.function is not None:
        return ("${interpreter}", "-m", FUNCTION_MODULE, config.function)
    return _SCRIPT_COMMAND if is_script(config.program or "") else _PROGRAM_COMMAND


def is_script(program: str) -> bool:
    """Whether a program is run by a Python interpreter rather than by itself."""
    return program.endswith(".py")


def without_env(words: list[str]) -> list[str]:
    """Drop a leading `/usr/bin/env` where a program follows it, not an option or a variable."""
    if len(words) > 1 and words[0] in _ENV_WORDS and not _is_env_argument(words[1]):
        return words[1:]
    return words


def resolve_interpreter(config: Config, environ: Mapping[str, str], engine_python: str) -> str:
    """Give the path of what runs the trials.

    That is the active virtual environment's Python (`VIRTUAL_ENV`, `CONDA_PREFIX`) or else
    `engine_python`, wherever `${interpreter}` stands for it; otherwise the program that the
    command names, through `PATH` or relative to the config's folder.
    """
    words = without_env(list(command_words(config)))
    if any("interpreter" in macros_in(word) for word in words):
        return active_python(environ) or engine_python
    first = words[0].replace("${program}", config.program or "")
    return resolve_program(first, config.folder, environ)


def resolve_program(word: str, folder: str, environ: Mapping[str, str]) -> str:
    """Find a program: a word with a slash in `folder`, any other through `PATH`.

    A word that is not found is given back as it is, for the launch to name in its error.
    """
    if "/" in word:
        return os.path.normpath(os.path.join(folder, word))
    return shutil.which(word, path=environ.get("PATH", os.defpath)) or word


def active_python(environ: Mapping[str, str]) -> str | None:
    """Give the Python of the active virtual environment; None where there is none."""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        prefix = environ.get(variable)
        if prefix and (python := Path(prefix, "bin", "python")).exists():
            return str(python)
    return None


def _is_env_argument(word: str) -> bool:
    return word.startswith("-") or "=" in word

"""What a trial runs: `program`, `command` or `function`, checked against the config's folder."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

from msgspec import Struct

from engine.config.document import Document
from engine.config.faults import nearest, shown
from engine.config.interpreter import is_script
from engine.config.section import Section, described
from engine.text import clean

_MOST_NAMES = 1000


class Entry(Struct, frozen=True, kw_only=True):
    """What the file says to run, each None where it does not."""

    program: str | None
    command: tuple[str, ...] | None
    function: str | None


def read_entry(top: Section, document: Document, folder: Path) -> Entry:
    """Read and check what to run; a `program` beside a `command` is what `${program}` means."""
    entry = Entry(
        program=top.text("program"),
        command=_read_command(top, document),
        function=top.text("function"),
    )
    given = [key for key in ("program", "command", "function") if top.has(key)]
    if not given:
        top.fault("program", "missing; say what to run: program: train.py, a command or a function")
    elif "function" in given and len(given) > 1:
        top.fault("function", f"cannot stand beside {given[0]}; keep one of them")
    _check_program(top, entry, folder)
    if entry.function is not None:
        _check_function(top, entry.function, folder)
    if entry.command:
        _check_first_word(top, entry.command, folder)
    return entry


def _read_command(top: Section, document: Document) -> tuple[str, ...] | None:
    if not top.has("command"):
        return None
    raw = top.raw("command")
    if isinstance(raw, str):
        top.fault("command", f"must be a list of arguments; write {_as_list(raw)}")
        return None
    items = top.items("command")
    if isinstance(raw, list) and not items:
        top.fault("command", "must not be empty")
    return tuple(_word(top, document, number, item) for number, item in enumerate(items)) or None


def _word(top: Section, document: Document, number: int, item: Any) -> str:
    path = top.at("command", number)
    if isinstance(item, dict | list) or item is None:
        top.faults.add(path, f"must be one argument, not {described(item)}")
        return ""
    return document.texts.get(path, str(item))


def _as_list(command: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return json.dumps(words or ["python", "train.py", "${args}"], ensure_ascii=False)


def _check_program(top: Section, entry: Entry, folder: Path) -> None:
    program, command = entry.program, entry.command
    needed = command is None or any("${program}" in word for word in command)
    if program is None:
        if command is not None and needed and not top.has("program"):
            top.fault("command", "says ${program}, but no program is given")
        return
    if not needed:
        top.faults.warn(("program",), "is not used: the command does not say ${program}")
        return
    path = folder / program
    if path.is_dir():
        top.fault("program", f"{shown(program)} is a folder, not a program")
    elif not path.is_file():
        reason = f"there is no {shown(program)} in {clean(str(folder), limit=300)}"
        top.fault("program", reason, _beside(program, path))
    elif command is None and not is_script(program) and not os.access(path, os.X_OK):
        reason = f"{shown(program)} cannot be executed; make it so with chmod +x, or name what runs"
        top.fault("program", f'{reason} it: command: [bash, "${{program}}", "${{args}}"]')


def _check_function(top: Section, function: str, folder: Path) -> None:
    module, _, name = function.partition(":")
    if not _dotted(module) or not _dotted(name):
        top.fault("function", f"must be module:function, such as train:main, not {shown(function)}")
        return
    head = module.split(".")[0]
    if not (folder / f"{head}.py").is_file() and not (folder / head).is_dir():
        where = f"no {head}.py lies in {clean(str(folder), limit=300)}"
        top.faults.warn(("function",), f"{where}; the trials' interpreter must find {head} itself")


def _check_first_word(top: Section, command: tuple[str, ...], folder: Path) -> None:
    number, word = _first_word(command)
    if not word or "${" in word:
        return
    path = top.at("command", number)
    if "/" in word:
        program = folder / word
        if not program.is_file():
            top.faults.add(path, f"there is no program {shown(word)}", _beside(word, program))
        elif not os.access(program, os.X_OK):
            top.faults.add(path, f"{shown(word)} cannot be executed; make it so with chmod +x")
    elif shutil.which(word) is None:
        hint = f"; write ./{word}, or put python before it" if (folder / word).is_file() else ""
        top.faults.warn(path, f"no program {shown(word)} is on the PATH{hint}")


def _first_word(command: tuple[str, ...]) -> tuple[int, str]:
    """Find the program of a command: its first word, or the one after `env`."""
    if command[0] in ("${env}", "/usr/bin/env", "env") and len(command) > 1:
        word = command[1]
        return (0, "") if word.startswith("-") or "=" in word else (1, word)
    return 0, command[0]


def _dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _beside(word: str, path: Path) -> str | None:
    """Find the file that `word`, which names the missing `path`, most likely means."""
    near = nearest(path.name, _names_in(path.parent))
    return clean(word.removesuffix(path.name) + near, limit=200) if near else None


def _names_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry, _ in zip(entries, range(_MOST_NAMES), strict=False)]
    except (OSError, ValueError):
        return []

"""Which macros there are, and what is wrong with one in a command or in `env`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from engine.config.faults import nearest, shown

MACRO = re.compile(r"\$\{([^{}]*)\}")

SEVERAL = ("args", "args_no_hyphens", "args_no_boolean_flags")
"""Macros that stand for several arguments, and so make an argument of their own."""

SINGLE = (
    "env",
    "interpreter",
    "program",
    "args_json",
    "args_json_file",
    "budget",
    "seed",
    "trial_dir",
    "checkpoint",
)
"""Macros that stand for one piece of text, within a larger argument as well."""

PASS_ALL = (*SEVERAL, "args_json", "args_json_file")
"""Macros that pass every parameter."""

PARAMETER = "param:"
VARIABLE = "envvar:"


class MacroFault(NamedTuple):
    """What is wrong with a macro, and the nearest valid spelling."""

    reason: str
    near: str | None = None


def macros_in(text: str) -> Iterator[str]:
    """Give the name of each macro in a text, in order: `--lr=${param:lr}` has `param:lr`."""
    for match in MACRO.finditer(text):
        yield match.group(1)


def macro_faults(text: str, parameters: Collection[str]) -> Iterator[MacroFault]:
    """Say what is wrong with the macros of one argument, given the parameters there are."""
    for name in macros_in(text):
        if name in SEVERAL and text != f"${{{name}}}":
            yield MacroFault(f"${{{name}}} stands for several arguments; give it one of its own")
        elif name.startswith(PARAMETER):
            parameter = name.removeprefix(PARAMETER)
            if parameter not in parameters:
                reason = f"${{{name}}} names an unknown parameter"
                yield MacroFault(reason, nearest(parameter, parameters))
        elif name == VARIABLE:
            yield MacroFault("${envvar:} names no environment variable")
        elif name not in SEVERAL and name not in SINGLE and not name.startswith(VARIABLE):
            yield _unknown(name)


def _unknown(name: str) -> MacroFault:
    if name.isupper():
        return MacroFault(f"unknown macro {shown(f'${{{name}}}')}", f"${{{VARIABLE}{name}}}")
    near = nearest(name, (*SEVERAL, *SINGLE, PARAMETER, VARIABLE))
    return MacroFault(f"unknown macro {shown(f'${{{name}}}')}", f"${{{near}}}" if near else None)

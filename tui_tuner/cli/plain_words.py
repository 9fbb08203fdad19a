"""Calls a verb straight away where its words need no parser: names, and flags that take no value.

typer builds a validator for every parameter first, which takes longer than drawing the screen.
Whatever is not plain is left to it, help and faults included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, signature
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, ParameterInfo

_ONE, _MANY = str | None, list[str] | None


def call_of(command: Callable[..., None], words: Sequence[str]) -> dict[str, Any] | None:
    """Give the arguments that words mean for a verb; None where they are not plain."""
    takes = _takes(command)
    if takes is None:
        return None
    names, flags = takes
    given: dict[str, Any] = {}
    loose = []
    for word in words:
        if not word.startswith("-"):
            loose.append(word)
        elif word in flags:
            given[flags[word]] = True
        else:
            return None
    return given | placed if (placed := _placed(loose, names)) is not None else None


def _takes(command: Callable[..., None]) -> tuple[dict[str, Any], dict[str, str]] | None:
    """The verb's arguments by name with their kind, and its flags by their spelling.

    None where it has any that must be given, or that typer fills in otherwise.
    """
    hints = get_type_hints(command, include_extras=True)
    names: dict[str, Any] = {}
    flags: dict[str, str] = {}
    for parameter in signature(command).parameters.values():
        kind, told = _told(hints.get(parameter.name))
        if parameter.default is Parameter.empty or told is None or told.callback or told.envvar:
            return None
        if isinstance(told, ArgumentInfo):
            names[parameter.name] = kind
        elif kind is bool and parameter.default is False:
            flags |= {word: parameter.name for word in _spellings(told) if "/" not in word}
    return names, flags


def _told(hint: Any) -> tuple[Any, ParameterInfo | None]:
    """What kind of value a parameter takes, and what typer is told of it."""
    if get_origin(hint) is not Annotated:
        return hint, None
    kind, *told = get_args(hint)
    return kind, next((one for one in told if isinstance(one, ParameterInfo)), None)


def _spellings(told: ParameterInfo) -> list[str]:
    """Within `Annotated`, what looks like an option's default is its first spelling."""
    return [word for word in (told.default, *(told.param_decls or ())) if isinstance(word, str)]


def _placed(words: list[str], names: dict[str, Any]) -> dict[str, Any] | None:
    """Give each word to an argument; None where they do not fit the verb's."""
    if not words:
        return {}
    if len(words) == 1 and list(names.values()) == [_ONE]:
        return {next(iter(names)): words[0]}
    if list(names.values()) == [_MANY]:
        return {next(iter(names)): words}
    return None

"""`tui-tuner choices`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.core.acts import EditSpace
from engine.core.edits import Edit, Fix, Free, SetChoices
from engine.errors import UsageError
from engine.lifecycle import find_sweep

from .arguments import DryRun, Json, PruneOutside, Why
from .parameters import sweep_or_parameter
from .range import FixOption, FreeOption
from .steering import Asked, steer
from .values import value_of

CONTEXT = {"ignore_unknown_options": True}
"""A negative number is a word here, not an option."""

ChoiceWords = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SWEEP] PARAM VALUE...", help="New values may be among them."),
]


def command(
    words: ChoiceWords = None,
    fix: FixOption = None,
    free: FreeOption = False,
    prune_outside: PruneOutside = False,
    why: Why = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Say which values of a parameter are searched.

    Trials with other values keep running.

    Example: tui-tuner choices digits optimizer adam adamw
    """
    sweep, parameter, values = split_words(words or [], alone=fix is not None or free)
    if fix is not None and free:
        raise UsageError("--fix and --free exclude each other")
    edit: Edit = SetChoices(parameter=parameter, values=tuple(value_of(v) for v in values))
    if fix is not None:
        edit = Fix(parameter=parameter, value=value_of(fix))
    elif free:
        edit = Free(parameter=parameter)
    act = EditSpace(edits=(edit,), outside="prune" if prune_outside else "keep")
    steer(sweep, act, Asked(why, dry_run, json))


def split_words(words: list[str], *, alone: bool) -> tuple[Path, str, list[str]]:
    """Tell sweep, parameter and values apart; `alone`: no values are to be there.

    Raises UsageError.
    """
    for word in words:
        if word.startswith("--"):
            raise UsageError(f"no such option: {word}; `tui-tuner choices --help` lists them")
    if not words:
        raise UsageError("say which parameter and its values: optimizer sgd adam")
    if alone and len(words) == 1:
        return find_sweep(None), words[0], []
    sweep, parameter = (find_sweep(words[0]), None) if alone else sweep_or_parameter(words[0])
    rest = words[1:]
    if parameter is None:
        if not rest:
            raise UsageError("say which parameter: optimizer sgd adam")
        parameter, rest = rest[0], rest[1:]
    if alone and rest:
        raise UsageError("say PARAM alone with --fix or --free")
    if not alone and not rest:
        raise UsageError(f"say the values of {parameter} that are to be searched")
    return sweep, parameter, rest

"""Every search method by name. A new one is one file, and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model import Goal
from engine.errors import UsageError
from engine.space.space import Space
from engine.text import clean

from .base import LearningMethod, SearchMethod
from .cmaes import Cmaes
from .evolution import Evolution
from .gp import Gp
from .grid import Grid
from .halton import Halton
from .manual import Manual
from .options import check_options, did_you_mean
from .random import Random
from .smac import Smac
from .tpe import Tpe

METHODS: dict[str, type[SearchMethod]] = {
    "manual": Manual,
    "random": Random,
    "grid": Grid,
    "halton": Halton,
    "tpe": Tpe,
    "gp": Gp,
    "cmaes": Cmaes,
    "evolution": Evolution,
    "smac": Smac,
}

ALIASES = {"bayes": "tpe"}
"""W&B's names of methods."""
_OF_ALIASES: dict[str, dict[str, Any]] = {"bayes": {"gp_until": 100}}
"""Options that an alias stands for, unless others are given: W&B's `bayes` is a Gaussian process,
which keeps no slot waiting while results are few."""


def canonical(name: str) -> str:
    """Give a method's own name for it or its alias. Raises UsageError if it is unknown."""
    found = ALIASES.get(name, name)
    if found not in METHODS:
        word = clean(str(name), limit=60)
        hint = did_you_mean(word, [*METHODS, *ALIASES]) or f"; there are {', '.join(METHODS)}"
        raise UsageError(f"unknown method '{word}'{hint}")
    return found


def options_of(name: Any) -> dict[str, Any]:
    """Give the options that a method's name stands for; none for what is no name."""
    return dict(_OF_ALIASES.get(name, {})) if isinstance(name, str) else {}


def validate_options(name: str, options: Mapping[str, Any]) -> list[str]:
    """Say, one sentence a fault, what is wrong with a method's name or its options."""
    try:
        found = canonical(name)
    except UsageError as error:
        return [str(error)]
    return check_options(found, options)


def create(
    name: str,
    space: Space,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    goal: Goal = Goal.MINIMIZE,
) -> SearchMethod:
    """Make a search method for a space; an option `seed` takes the place of `seed`.

    Raises UsageError, in one sentence, for an unknown method, a bad option, a space that the method
    cannot search, or an extra that is not installed.
    """
    options = {**options_of(name), **(options or {})}
    found = canonical(name)
    faults = check_options(found, options)
    if faults:
        raise UsageError(faults[0])
    method = METHODS[found]
    seed = options.get("seed", seed)
    if issubclass(method, LearningMethod):
        taken = {k: v for k, v in options.items() if k in method.options}
        return method(space, seed, goal, **taken)
    return method(space, seed)

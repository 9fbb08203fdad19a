"""Options under `search:` of a config, checked by the method that takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from engine.text import clean

from .evolution_options import CHECKS as EVOLUTION


def _whole(value: Any) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return None if whole else "must be an integer of at least 0"


def _in_flight(value: Any) -> str | None:
    return None if value in ("worst", "mean", "ignore") else "must be worst, mean or ignore"


COMMON: dict[str, Callable[[Any], str | None]] = {
    "seed": _whole,
    "startup_trials": _whole,
    "in_flight": _in_flight,
}
"""What every method takes; each check says what is wrong with a value, None if nothing is.

`startup_trials` are random ones before a method learns, and `in_flight` what it takes unfinished
trials for; both mean nothing to methods that do not learn, so that a config may change its method
alone.
"""


OWN: dict[str, dict[str, Callable[[Any], str | None]]] = {"evolution": EVOLUTION}
"""What single methods take beyond that."""


def check_options(method: str, options: Mapping[Any, Any]) -> list[str]:
    """Say, one sentence an option, what is wrong with the options of a method."""
    faults = []
    for option, value in options.items():
        checks = {**COMMON, **OWN.get(method, {})}
        check = checks.get(option) if isinstance(option, str) else None
        if check is None:
            faults.append(_unknown(method, option))
        elif reason := check(value):
            faults.append(f"option {option} of method {method} {reason}")
    return faults


def did_you_mean(word: str, known: list[str]) -> str:
    """Finish a sentence with the nearest known word, if one is near."""
    matches = get_close_matches(word[:60].lower(), known, n=1)
    return f"; did you mean '{matches[0]}'?" if matches else ""


def _unknown(method: str, option: Any) -> str:
    word = clean(str(option), limit=60)
    known = [*COMMON, *OWN.get(method, {})]
    hint = did_you_mean(word, known) or f"; it takes {', '.join(known)}"
    return f"method {method} has no option '{word}'{hint}"

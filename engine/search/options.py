"""Options under `search:` of a config, checked by the method that takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from engine.text import clean

from .cmaes_options import CHECKS as CMAES
from .evolution_options import CHECKS as EVOLUTION

Check = Callable[[Any], str | None]
"""Says what is wrong with a value; None if nothing is."""


def _whole(value: Any) -> str | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return None if whole else "must be an integer of at least 0"


def _positive(value: Any) -> str | None:
    return "must be an integer of at least 1" if _whole(value) or value < 1 else None


def _one_of(*words: str) -> Check:
    listed = f"{', '.join(words[:-1])} or {words[-1]}"
    return lambda value: None if value in words else f"must be {listed}"


COMMON: dict[str, Check] = {
    "seed": _whole,
    "startup_trials": _whole,
    "in_flight": _one_of("worst", "mean", "ignore"),
    "max_in_flight": _positive,
}
"""What every method takes.

`startup_trials` results are drawn evenly before a method learns, and `in_flight` is what it takes
unfinished trials for; both mean nothing to methods that do not learn, so that a config may change
its method alone. At most `max_in_flight` trials are open at a time.
"""

OWN: dict[str, dict[str, Check]] = {
    "cmaes": CMAES,
    "evolution": EVOLUTION,
    "gp": {"in_flight": _one_of("joint", "worst", "mean", "ignore")},
    "tpe": {"gp_until": _whole},
}
"""What single methods take beyond that, or otherwise."""


def check_options(method: str, options: Mapping[Any, Any]) -> list[str]:
    """Say, one sentence an option, what is wrong with the options of a method."""
    checks = {**COMMON, **OWN.get(method, {})}
    faults = []
    for option, value in options.items():
        check = checks.get(option)
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
    owners = [owner for owner, checks in OWN.items() if option in checks]
    if owners:
        return f"option {word} belongs to method {' and '.join(owners)}, not {method}"
    known = list({**COMMON, **OWN.get(method, {})})
    hint = did_you_mean(word, known) or f"; it takes {', '.join(known)}"
    return f"method {method} has no option '{word}'{hint}"

"""The options of CMA-ES."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FEWEST = 4
MOST = 10_000


def _sigma0(value: Any) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if is_number and 0 < value <= 1 else "must be a share of the axes, above 0, up to 1"


def _popsize(value: Any) -> str | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and FEWEST <= value <= MOST:
        return None
    return f"must be an integer of at least {FEWEST} and at most {MOST}"


CHECKS: dict[str, Callable[[Any], str | None]] = {"sigma0": _sigma0, "popsize": _popsize}
"""What is wrong with a value of an option; None if nothing is."""

"""The options of population based training, and their presets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from msgspec import Struct

from engine.core.evolution import Rounds
from engine.errors import UsageError

MOST_MEMBERS = 10_000
MOST_ROUNDS = 1_000
DEFAULT_ROUNDS = 10
DEFAULT_PRESET = "ray"

PRESETS: dict[str, dict[str, Any]] = {
    "bml": {"population": 8, "quantile": 0.5, "ratio": 0.5, "resample": 0.0},
    "ray": {"population": 8, "quantile": 0.25, "factors": (0.8, 1.2), "resample": 0.25},
}
"""`bml`: the better half lives on, and values change by up to a half. `ray`: as Ray Tune's
PopulationBasedTraining does by default."""


class EvolutionOptions(Struct, frozen=True, kw_only=True):
    """How a population evolves. `rounds` and `interval` (epochs) None: by the budget.

    A numeric value is multiplied by one of `factors`, or where there is a `ratio` r by a number
    drawn evenly from [1 - r, 1 + r]; with probability `resample` it is drawn afresh instead.
    `perturb` names the parameters that change at all; None: all that are searched.
    """

    population: int = 8
    rounds: int | None = None
    interval: int | None = None
    quantile: float = 0.25
    factors: tuple[float, ...] = (0.8, 1.2)
    ratio: float | None = None
    resample: float = 0.25
    perturb: tuple[str, ...] | None = None


def options_of(given: Mapping[str, Any]) -> EvolutionOptions:
    """Put what a config gives over its preset. Raises UsageError where two options disagree."""
    if "factors" in given and "ratio" in given:
        raise UsageError("options factors and ratio of method evolution exclude each other")
    chosen = {**PRESETS[given.get("preset", DEFAULT_PRESET)], **given}
    if "factors" in given:
        chosen.pop("ratio", None)
    for several in ("factors", "perturb"):
        if several in chosen:
            chosen[several] = tuple(chosen[several])
    taken = {k: v for k, v in chosen.items() if k in EvolutionOptions.__struct_fields__}
    return EvolutionOptions(**taken)


def rounds_of(options: EvolutionOptions, budget: int) -> Rounds:
    """Share a budget of epochs out among the rounds, evenly. Raises UsageError."""
    rounds, interval = options.rounds, options.interval
    if interval is not None:
        rounds = budget // interval if rounds is None else rounds
    elif rounds is None:
        rounds = max(n for n in range(1, DEFAULT_ROUNDS + 1) if budget % n == 0)
    interval = budget // rounds if interval is None and rounds else interval
    if not rounds or not interval or rounds * interval != budget:
        asked = f"{rounds} rounds" + (f" of {interval} epochs" if options.interval else "")
        raise UsageError(
            f"{asked} do not make up the budget of {budget} epochs; {_fitting(budget)}"
        )
    if rounds < 2:
        raise UsageError(
            f"a budget of {budget} epochs makes one round of evolution, and two are needed; "
            f"{_fitting(budget)}"
        )
    if rounds > MOST_ROUNDS:
        raise UsageError(f"{rounds} rounds are too many; an evolution has at most {MOST_ROUNDS}")
    return Rounds(population=options.population, rounds=rounds, interval=interval)


def making_way(population: int, quantile: float) -> int:
    """How many make way for children in a round where all have a result."""
    return min(max(1, round(population * quantile)), population // 2)


def _fitting(budget: int) -> str:
    fitting = [n for n in range(2, min(budget, 30) + 1) if budget % n == 0]
    if not fitting:
        return "choose a budget that can be shared out evenly, such as 20"
    return f"rounds can be {', '.join(map(str, fitting))}"


# Checks of single values, as `engine.search.options` calls them ----------------------------------


def _population(value: Any) -> str | None:
    return _whole_between(value, 2, MOST_MEMBERS)


def _rounds(value: Any) -> str | None:
    return _whole_between(value, 2, MOST_ROUNDS)


def _interval(value: Any) -> str | None:
    return _whole_between(value, 1, 2**63 - 1)


def _quantile(value: Any) -> str | None:
    return None if _is_number(value) and 0 < value <= 0.5 else "must lie above 0, up to 0.5"


def _ratio(value: Any) -> str | None:
    return None if _is_number(value) and 0 < value < 1 else "must lie between 0 and 1"


def _resample(value: Any) -> str | None:
    return None if _is_number(value) and 0 <= value <= 1 else "must be a probability, 0 to 1"


def _preset(value: Any) -> str | None:
    return None if value in PRESETS else f"must be one of {', '.join(PRESETS)}"


def _factors(value: Any) -> str | None:
    if isinstance(value, list | tuple) and value and all(_is_number(f) and f > 0 for f in value):
        return None
    return "must be a list of numbers above 0, such as [0.8, 1.2]"


def _perturb(value: Any) -> str | None:
    if isinstance(value, list | tuple) and value and all(isinstance(n, str) for n in value):
        return None
    return "must be a list of parameters, such as [lr, weight_decay]"


CHECKS: dict[str, Callable[[Any], str | None]] = {
    "preset": _preset,
    "population": _population,
    "rounds": _rounds,
    "interval": _interval,
    "quantile": _quantile,
    "factors": _factors,
    "ratio": _ratio,
    "resample": _resample,
    "perturb": _perturb,
}
"""What is wrong with a value of an option; None if nothing is."""

LISTS = frozenset({"factors", "perturb"})
"""The options that are lists."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _whole_between(value: Any, least: int, most: int) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return None
    upper = f" and at most {most}" if most < 2**62 else ""
    return f"must be a whole number of at least {least}{upper}"

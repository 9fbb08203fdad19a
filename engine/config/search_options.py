"""The search method and its options, as the method itself validates them."""

from __future__ import annotations

from typing import Any

from engine.config.schema import Config, SearchValue
from engine.config.section import Section, described
from engine.errors import UsageError
from engine.search.base import LearningMethod
from engine.search.evolution_options import LISTS
from engine.search.registry import ALIASES, METHODS, create, options_of, validate_options

DEFAULT_METHOD = "halton"

_OF_THEIR_OWN = ("manual", "evolution")
"""What proposes one configuration twice only on purpose."""


def read_method(top: Section) -> str:
    """Read `method`; W&B's `bayes` is TPE, with an option that `read_options` adds."""
    name = top.choice("method", (*METHODS, *ALIASES)) or DEFAULT_METHOD
    return ALIASES.get(name, name)


def read_options(top: Section, method: str) -> dict[str, SearchValue]:
    """Read `search`, each option checked by the method, beside what the method's name implies."""
    raw = top.mapping("search")
    section = Section(top.faults, top.at("search"), raw, raw)
    section.whole("seed", least=0)
    options: dict[str, SearchValue] = options_of(top.raw("method"))
    for key, value in raw.items():
        if value is None:
            continue
        if isinstance(value, dict) or (isinstance(value, list) and key not in LISTS):
            section.fault(key, f"must be one value, not {described(value)}")
            continue
        _check(section, method, key, value)
        options[key] = value
    return options


def _check(section: Section, method: str, key: str, value: Any) -> None:
    for reason in validate_options(method, {key: value}):
        section.fault(key, reason)


def check_search(top: Section, config: Config) -> None:
    """Note why a method cannot search a space, cannot be had here, or would never get to learn."""
    try:
        method = create(config.method, config.space, options=config.search)
    except UsageError as error:
        top.fault("method", str(error))
        return
    limit = config.limits.trials
    if limit is None:
        return
    if not method.enumerates and config.method not in _OF_THEIR_OWN:
        _warn_of_repetition(top, config, limit)
    if not isinstance(method, LearningMethod):
        return
    popsize = config.search.get("popsize")
    if isinstance(popsize, int) and popsize > limit:
        reason = f"a generation of {popsize} is larger than limits.trials {limit}"
        top.faults.add(top.at("search", "popsize"), reason)
    elif method.startup_trials >= limit:
        key = ("search", "startup_trials") if "startup_trials" in config.search else ("method",)
        text = (
            f"{config.method} learns from {method.startup_trials} results on, and limits.trials "
            f"is {limit}: every trial is drawn by {method.stand_in}"
        )
        top.faults.warn(top.at(*key), text)


def _warn_of_repetition(top: Section, config: Config, limit: int) -> None:
    """Warn where a search has more trials than there are configurations."""
    count = config.space.cardinality()
    if count is None or count >= limit:
        return
    number = "one configuration" if count == 1 else f"{count} configurations"
    again = "it is run again with other seeds" if count == 1 else "they are run again"
    text = f"the parameters make {number}, and limits.trials is {limit}: {again}"
    key = ("limits", "trials") if top.mapping("limits").get("trials") else ("run_cap",)
    top.faults.warn(top.at(*key), text)

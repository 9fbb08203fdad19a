"""What `method: evolution` makes of a config: its rounds, and what stands against them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.config.passing import scripts
from engine.config.schema import Config
from engine.config.section import Section
from engine.core.evolution import Rounds
from engine.core.plan import StagePlan
from engine.errors import UsageError
from engine.search.evolution import PopulationBasedTraining
from engine.search.evolution_options import making_way, options_of, rounds_of

METHOD = "evolution"
_LOADS = re.compile(r"optim\w*\.load_state_dict\(")
_SETS = re.compile(r"param_groups")
_A_BUDGET = "such as budget: {parameter: epochs, max: 20}"


def evolution_rounds(config: Config) -> Rounds | None:
    """The rounds of a checked config; None where it does not evolve."""
    if config.method != METHOD or config.budget is None:
        return None
    return rounds_of(options_of(config.search), config.budget.max)


def round_plans(rounds: Rounds) -> tuple[StagePlan, ...]:
    """Each round as a stage: the first proposes the population, later ones take it over."""
    return tuple(
        StagePlan(
            name=f"round {number}",
            budget=number * rounds.interval,
            trials=rounds.population if number == 1 else 0,
            promote=0 if number == 1 else rounds.population,
        )
        for number in range(1, rounds.rounds + 1)
    )


def rounds_told(config: Config) -> str | None:
    """Say how a checked config evolves; None where it does not: '10 rounds of 2 epochs, ...'."""
    rounds = evolution_rounds(config)
    if rounds is None or config.budget is None:
        return None
    born = making_way(rounds.population, options_of(config.search).quantile)
    return (
        f"evolves in {rounds.rounds} rounds, {rounds.interval} {config.budget.parameter} each: "
        f"after each the worst {born} of {rounds.population} make way for children of the best"
    )


def evolver_of(config: Config) -> PopulationBasedTraining | None:
    """What breeds the rounds of a checked config; None where it does not evolve."""
    if config.method != METHOD:
        return None
    return PopulationBasedTraining(options_of(config.search))


def check_evolution(top: Section, config: Config) -> None:
    """Note why a config cannot evolve."""
    if config.method == METHOD:
        for key, reason in _faults(config):
            top.faults.add(top.at(*key), reason)
        if not top.faults.faults():
            _warn_of_early_end(top, config)


def brings_back(config: Config) -> str | None:
    """Warn where a script's text gives a child its parent's learning rate back."""
    if config.method != METHOD:
        return None
    for text in scripts(config):
        if _LOADS.search(text) and not _SETS.search(text):
            return (
                "the script loads an optimizer's state, and with it the parent's learning rate: "
                "set the trial's own in optimizer.param_groups afterwards"
            )
    return None


def _warn_of_early_end(top: Section, config: Config) -> None:
    """Warn where the limit of trials leaves no room for all rounds' children."""
    limit, rounds = config.limits.trials, evolution_rounds(config)
    if limit is None or rounds is None:
        return
    born = making_way(rounds.population, options_of(config.search).quantile)
    needed = rounds.population + born * (rounds.rounds - 1)
    if needed > limit:
        last = 1 + (limit - rounds.population) // born
        text = (
            f"{rounds.rounds} rounds take {needed} trials, {rounds.population} and {born} children "
            f"a round: with limits.trials {limit} they end after round {last}"
        )
        top.faults.warn(top.at("method"), text)


def _faults(config: Config) -> Iterator[tuple[tuple[str, ...], str]]:
    if config.stages:
        yield ("stages",), "an evolution has rounds instead: say search: {rounds: 10}"
    if config.budget is None:
        yield ("method",), f"evolution shares a budget out among its rounds: give one, {_A_BUDGET}"
        return
    try:
        options = options_of(config.search)
        rounds_of(options, config.budget.max)
    except UsageError as error:
        yield ("search",), str(error)
        return
    searched = config.space.varying()
    for name in options.perturb or ():
        if name not in searched:
            hint = f"searched are {', '.join(searched[:12])}"
            yield ("search", "perturb"), f"{name} is not searched; {hint}"
    limit = config.limits.trials
    if limit is not None and options.population > limit:
        key = "population" if "population" in config.search else ""
        reason = f"a population of {options.population} is larger than limits.trials {limit}"
        yield ("search", key) if key else ("limits", "trials"), reason
